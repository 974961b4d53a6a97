/**
 * Where the controller's resources come from and where it writes back: the embedded API server's store and a real
 * cluster both implement this.
 */
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import type { StoredKeys } from './stored-keys.ts';

export interface KindChange {
  group: string;
  kind: string;
  /** `namespace/name` → what it is now, undefined when it is gone; absent when it is not known what changed. */
  objects?: ReadonlyMap<string, KubeObject | undefined>;
}

export interface ResourceSource {
  /** Set when VirtualKeys are not in memory: `list` and `get` read them for the purpose. */
  readonly keys?: StoredKeys;
  /** Resolves when `list` answers from a complete first view. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Current objects of one kind, from memory; the returned objects must not be changed. */
  list(group: string, kind: string): readonly KubeObject[];
  /** The current object, like those of `list`. */
  get(ref: ObjectRef): KubeObject | undefined;
  /** Called after the view changed; may be called once for many changes. Returns the unsubscribe function. */
  onChange(listener: (changed: KindChange) => void): () => void;
  /**
   * Writes the status subresource. Resolves without effect when the object is gone or its uid differs;
   * a conflict is retried inside.
   */
  writeStatus(object: KubeObject, status: Record<string, unknown>): Promise<void>;
  /** As `writeStatus` of each, in one transaction. Absent: a source that has none. */
  writeStatuses?(writes: readonly { object: KubeObject; status: Record<string, unknown> }[]): Promise<void>;
  /** Creates the object or makes the existing one's labels, spec (or data) equal; identified by kind, namespace, name. */
  ensure(object: KubeObject): Promise<void>;
  /** Deletes it if it is there. */
  remove(ref: ObjectRef): Promise<void>;
}
