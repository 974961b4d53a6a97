/** Contract of where VirtualKeys are looked up by their value's hash: written by the control plane, read by every data path thread. */
import type { SharedKey } from '../core/config/snapshot.ts';

export interface SharedKeys {
  /** `sha256` in lower-case hex. Never waits. */
  find(sha256: string): SharedKey | undefined;
}

export interface SharedKeyChange {
  sha256: string;
  /** Absent: nobody's any more. */
  key: SharedKey | undefined;
}
