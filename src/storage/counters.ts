/** Contract of the counter stores behind rate limits and budgets. */

export interface CounterIncrement {
  /** Names the counter; with `windowStart` it is the identity. */
  key: string;
  /** Unix seconds at which the window began. */
  windowStart: number;
  /** Length of the window in seconds: an ended window's counter may be dropped. */
  windowSeconds: number;
  /** Added to the counter; 0 only reads. A negative amount stops at zero. */
  add: number;
}

export interface CounterValue {
  key: string;
  windowStart: number;
  windowSeconds: number;
  value: number;
}

export interface CounterStore {
  /**
   * Applies all increments in one atomic step, in order, and returns each counter's value after its own increment.
   * Once it returned, the counts survive `kill -9`. Synchronous where the store is local.
   */
  add(increments: readonly CounterIncrement[]): number[] | Promise<number[]>;
  /** Live counters whose key starts with `prefix`. */
  list(prefix: string): CounterValue[] | Promise<CounterValue[]>;
  /** Sets every counter whose key starts with `prefix` to zero and returns how many there were. */
  reset(prefix: string): number | Promise<number>;
}

/** A store on this machine: never waits, so the data path stays free of a microtask. */
export interface LocalCounterStore extends CounterStore {
  add(increments: readonly CounterIncrement[]): number[];
  list(prefix: string): CounterValue[];
  reset(prefix: string): number;
}
