/** Contract of the store behind the embedded API server. Objects it hands out are shared: they must not be changed. */
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import type { StoredKeys } from './stored-keys.ts';

export interface ResourceEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The global revision of this change; it is also the object's `metadata.resourceVersion`. */
  revision: number;
  group: string;
  kind: string;
  /** The new state; of a deletion the last state, with the deletion's resourceVersion. */
  object: KubeObject;
  /** The state before. A watch with a selector needs it to tell entering from leaving. */
  previous?: KubeObject;
}

/** `put` creates or replaces; the object's group comes from its apiVersion. Deleting what is absent does nothing. */
export type ResourceChange = { type: 'put'; object: KubeObject } | { type: 'delete'; ref: ObjectRef };

export interface ResourceStore {
  /** Set when others write to it too. */
  readonly shared?: boolean;
  /** Set when VirtualKeys are not in memory: what `list` gives of them is read for the purpose, which may take long. */
  readonly keys?: StoredKeys;
  /** The last revision given out. Never goes back, not across restarts. */
  revision(): number;
  /** Events after this revision can be replayed; a watch from before it is told that it expired. */
  oldestRevision(): number;
  get(ref: ObjectRef): KubeObject | undefined;
  /** All objects of a kind, ordered by namespace and name. The array is replaced, never changed, by a write. */
  list(group: string, kind: string): readonly KubeObject[];
  /**
   * Applies the changes in order, each with the next revision, in one transaction. Returns the events. Once it returned the
   * changes survive `kill -9`; when it throws nothing has changed.
   */
  commit(changes: readonly ResourceChange[]): readonly ResourceEvent[];
  /**
   * Runs `operation`, which reads and commits without waiting, and resolves when what it committed is durable. On a store that
   * replicas share, commits are possible in here only, and all of an operation's are one transaction: it is run again when another
   * replica wrote since it read. Rejects with what it throws, or with `StoreUnavailable`: then it may have happened nevertheless.
   */
  write<T>(operation: () => T): T | Promise<T>;
  /** Events after `revision`, oldest first; undefined when some of them are no longer kept. */
  eventsSince(revision: number): readonly ResourceEvent[] | undefined;
  /** Called synchronously after every commit. Returns the unsubscribe function. */
  subscribe(listener: (events: readonly ResourceEvent[]) => void): () => void;
  close(): void;
}

/** Where a store in memory keeps its objects across restarts. */
export interface ResourcePersistence {
  /** All but those of `keys`. */
  load(): { revision: number; objects: KubeObject[] };
  /** VirtualKeys, when they stay there and are read when asked for. */
  readonly keys?: StoredKeys;
  /** Writes all events in one transaction or throws. */
  save(events: readonly ResourceEvent[]): void;
  close(): void;
}
