/**
 * The time that budgets' windows go by. A system clock that steps back must not open a window again that is over, nor forget what a
 * rolling window has counted: until time catches up, calls are charged to the window they were charged to before.
 */

/** Steps back of more than this correct a clock that was wrong: windows follow it. */
export const longestHoldMs = 25 * 3_600_000;

export class WindowClock {
  #latestMs = Number.NEGATIVE_INFINITY;

  /** `nowMs`, Unix time as the system tells it; of a moment before, when that was later. */
  at(nowMs: number): number {
    if (nowMs < this.#latestMs && nowMs >= this.#latestMs - longestHoldMs) return this.#latestMs;
    this.#latestMs = nowMs;
    return nowMs;
  }
}

const leastKeptSeconds = 3_600;

/**
 * How long the counter of a window that is over is kept, should the clock be set back while no thread is there that remembers the time.
 * Windows of less than an hour are too many for it.
 */
export function keptAfterSeconds(windowSeconds: number): number {
  return windowSeconds < leastKeptSeconds ? 0 : longestHoldMs / 1000;
}
