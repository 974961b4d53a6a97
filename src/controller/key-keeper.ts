/** All VirtualKeys as the controller sees them: what is in force, what changed, and whose statuses are to be told. */

import type { KeyBook } from '../core/config/key-faults.ts';
import type { SharedKey } from '../core/config/snapshot.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { ReadKey } from '../core/config/virtual-key-value.ts';
import type { KindChange } from '../storage/resource-source.ts';

export interface KeyChange {
  sha256: string;
  /** Absent: nobody's any more. */
  key: SharedKey | undefined;
}

export interface KeyKeeper {
  readonly book: KeyBook;
  note(change: KindChange): void;
  /** Takes in what changed. True when other Gateways than before are opened by keys now: they have to be compiled. */
  takeIn(): boolean;
  /** Before the configuration is compiled anew: Secrets with values of keys may have changed. */
  readIssued(): void;
  /** Values whose holder may be another, for the data path; kept until `published`. */
  changes(): KeyChange[];
  published(changes: readonly KeyChange[]): void;
  find(sha256: string): SharedKey | undefined;
  /** `namespace/name` of all that there are: whether a key's Gateways are there may be otherwise than before. */
  gatewaysAre(names: readonly string[]): void;
  /** Some of the keys whose statuses may be others; they are so until `told`. */
  toTell(): ReadKey[];
  told(keys: readonly ReadKey[]): void;
  /** Whether there is more to tell. */
  hasMore(): boolean;
  /** Statuses of keys that are refused, and of one at least when there are keys. `told` were told last. */
  outcome(told: readonly StatusWrite[]): StatusWrite[];
  /** Whether keys were removed since the last time it was asked. */
  takeRemoved(): boolean;
}
