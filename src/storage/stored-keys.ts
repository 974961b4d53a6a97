/** Contract of VirtualKeys that are kept outside of memory and read when asked for. */
import type { KeyBook } from '../core/config/key-faults.ts';
import type { SharedKey } from '../core/config/snapshot.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { KeyDirectory } from './key-directory.ts';

/** Where a page begins, in the order of namespace and name. */
export interface PageStart {
  /** Only of this one. */
  namespace?: string;
  after?: { namespace: string; name: string };
  limit: number;
}

/** What a data path thread needs to look keys up by itself; passes through a message. */
export interface StoredKeysHandle {
  /** Of the database. */
  path: string;
  marks: { versions: SharedArrayBuffer; filter: SharedArrayBuffer };
}

/** A key whose status may be another, as it was when it was found to be so. */
export interface UntoldKey {
  object: KubeObject;
  /** For `told`. */
  mark: { id: number; revision: number };
}

/** What is in force follows from what is stored, at once: of a key whose value is in a Secret, from its status. */
export interface StoredKeys extends KeyDirectory, KeyBook {
  readonly handle: StoredKeysHandle;
  get(name: { namespace?: string; name: string }): KubeObject | undefined;
  page(start: PageStart): KubeObject[];
  /** The key in force with this value. `sha256` in lower-case hex. */
  inForce(sha256: string): SharedKey | undefined;
  /** Whether other Gateways than the last time are opened by keys. */
  takeOpensOthers(): boolean;
  /** Those whose values are in Secrets. */
  issued(): Iterable<KubeObject>;
  /** Kept over restarts. The youngest first. None while another of several processes with the same keys tells statuses. */
  untold(limit: number): UntoldKey[];
  /** Unless they have changed since. */
  told(keys: readonly UntoldKey[]): void;
  /** The status of this key may be another. */
  untell(name: { namespace: string; name: string }): void;
  /** `namespace/name` of all there are: keys that name one that is new or gone are to be told. */
  gatewaysAre(names: readonly string[]): void;
  /** Some of those that are refused or wait for their value. */
  refused(limit: number): KubeObject[];
}
