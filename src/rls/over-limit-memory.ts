/**
 * The local cache of over-limit counters (`LOCAL_CACHE_SIZE_IN_BYTES`): answers for a counter that is over without asking the
 * store. It keeps the value, not the verdict, so a raised limit holds at once; a refund through this process forgets it.
 */
import { counterValue } from '../core/ratelimit/decide.ts';
import type { OverLimitCache, RateLimitPlan } from '../core/ratelimit/plan.ts';

interface Known {
  value: number;
  windowStart: number;
  windowEnd: number;
}

/** What an entry takes besides its key, roughly. */
const entryBytes = 120;

export class OverLimitMemory implements OverLimitCache {
  /** Oldest first. */
  readonly #known = new Map<string, Known>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#known.size;
  }

  valueOf(key: string, windowStart: number): number | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    if (known.windowStart === windowStart) return known.value;
    this.#forget(key);
    return undefined;
  }

  learn(plan: RateLimitPlan, values: readonly number[]): void {
    for (const planned of plan.descriptors) {
      const { counter, limit } = planned;
      if (counter === undefined) continue;
      const { key, windowStart, windowSeconds } = plan.increments[counter]!;
      const value = counterValue(planned, values)!;
      this.#forget(key);
      if (value <= limit!.requestsPerUnit || planned.hits < 0) continue;
      this.#known.set(key, { value, windowStart, windowEnd: windowStart + windowSeconds });
      this.#bytes += key.length + entryBytes;
      this.#shrink(plan.nowSeconds);
    }
  }

  #forget(key: string): void {
    if (this.#known.delete(key)) this.#bytes -= key.length + entryBytes;
  }

  /** The oldest go; a few of ended windows at the front go anyway. */
  #shrink(nowSeconds: number): void {
    for (const [key, { windowEnd }] of this.#known) {
      if (this.#bytes <= this.#maxBytes && windowEnd > nowSeconds) break;
      this.#forget(key);
    }
  }
}
