/** When a budget runs out if it is used on as it was until now. */

import type { BudgetWindow } from './model.ts';
import type { BudgetStanding } from './standing.ts';
import { windowAt } from './window.ts';

export interface Forecast {
  /** In the budget's unit (`usd`: nano-dollars). */
  perDay: number;
  /** Absent when it lasts until it resets. */
  runsOutAtMs?: number;
}

const dayMs = 86_400_000;
/** Less than this says nothing of a pace. */
const leastMs = 60_000;
/** Beyond that nobody plans. */
const farMs = 3_650 * dayMs;

/**
 * Undefined where there is no pace: nothing used, a window that has only begun, concurrency. `sinceMs` is where a lifetime
 * window began to count. What is held by calls under way is left out: most of it comes back.
 */
export function forecastOf(
  window: BudgetWindow,
  { unit, limit, used, resetsAtSeconds }: BudgetStanding,
  nowMs: number,
  sinceMs: number,
): Forecast | undefined {
  const elapsedMs = elapsed(window, nowMs, sinceMs);
  if (unit === 'concurrency' || used === 0 || elapsedMs < leastMs) return undefined;
  const perMs = used / elapsedMs;
  const perDay = Math.round(perMs * dayMs);
  // A rolling window at a steady pace gives back as much as is used.
  if (window.type === 'rolling') return { perDay };
  const runsOutAtMs = Math.ceil(nowMs + Math.max(0, limit - used) / perMs);
  const lasts = runsOutAtMs >= resetsAtSeconds * 1000 || runsOutAtMs - nowMs > farMs;
  return lasts ? { perDay } : { perDay, runsOutAtMs };
}

function elapsed(window: BudgetWindow, nowMs: number, sinceMs: number): number {
  if (window.type === 'rolling') return window.seconds * 1000;
  if (window.type === 'lifetime') return nowMs - sinceMs;
  return nowMs - windowAt(window, nowMs).slices[0]! * 1000;
}
