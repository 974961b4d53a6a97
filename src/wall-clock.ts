/**
 * A clock with fractions of a millisecond that runs evenly, for durations, yet follows the system's: a laptop that slept,
 * or a corrected clock, must not leave windows and expiries behind.
 */

/** Further apart than what a clock drifts while it is being corrected smoothly. */
const steppedMs = 500;

/** `systemMs` is Unix time, `steadyMs` a clock that never steps, from any begin. */
export function createWallClock(systemMs: () => number, steadyMs: () => number): () => number {
  let begin = systemMs() - steadyMs();
  return () => {
    const now = begin + steadyMs();
    const system = systemMs();
    if (Math.abs(system - now) <= steppedMs) return now;
    begin = system - steadyMs();
    return system;
  };
}
