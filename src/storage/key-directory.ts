/** Contract of finding VirtualKeys without walking all of them: by page, and by the hash of a value. */
import type { KeyState } from '../core/config/key-facts.ts';
import type { KubeObject } from '../core/resources/object.ts';

export interface KeyFilter {
  /**
   * In small letters; found in name, namespace, owner, display, labels and metadata. Of fewer than three characters only the first keys
   * in order may be looked through, when keys are very many.
   */
  search?: string;
  /** With `expired`, and the others only while they have not. */
  status?: KeyState | 'expired';
  /** Value of the label `team`. */
  team?: string;
  nowMs: number;
}

/**
 * `name`: then namespace. `owner`: in small letters, then as by name; `descending` turns both round. `lastUsedAt`, `spend`: by
 * `ranks`, those of equal rank by name, ascending always.
 */
export interface KeyOrder {
  by: 'name' | 'owner' | 'lastUsedAt' | 'spend';
  descending: boolean;
  /** Id → figure, for those that have one. Where times of last use are very many, statuses tell them, to the minute. */
  ranks?: ReadonlyMap<string, number>;
}

export interface KeyPage {
  objects: readonly KubeObject[];
  /** Keys that the filter lets through. */
  total: number;
  /** There are more than `total`, which nobody has counted. */
  atLeast?: true;
}

export interface KeyDirectory {
  find(filter: KeyFilter, order: KeyOrder, page: { offset: number; limit: number }): KeyPage;
  /** As `find` by name, ascending, of those behind `after`. */
  findAfter(filter: KeyFilter, after: { name: string; namespace: string }, limit: number): KubeObject[];
  /** The key that says it has this value, today or before its rotation. `sha256` in lower-case hex. */
  byHash(sha256: string): KubeObject | undefined;
}
