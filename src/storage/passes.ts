/**
 * Contract of passes: how the admin API calls through the data path in the name of a key whose value nobody has. A pass is a random
 * value that opens what its key opens, once and for seconds.
 */

/** What a data path thread is told of a pass; passes through a message. */
export interface PassTold {
  /** Of the pass's value, lower-case hex. */
  sha256: string;
  /** The key's own hash: all else is decided by the key, as it is in force when the pass is shown. */
  key: string;
  /** Unix milliseconds. */
  expiresAtMs: number;
  /** Four bytes that all threads see: 0 until it was shown, or taken back. */
  spent: SharedArrayBuffer;
}

export interface Passes {
  /** The key's hash, where this is the hash of a pass that holds; it is spent then. Never waits. */
  take(sha256: string): string | undefined;
}

export interface Pass {
  value: string;
  /** From then on it opens nothing, shown or not. */
  end(): void;
}

export interface PassDesk {
  /** `key` is the hash of a key's value. Resolves when every data path thread knows the pass. */
  issue(key: string): Promise<Pass>;
}
