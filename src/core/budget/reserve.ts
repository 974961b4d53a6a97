/**
 * The decision that a counter store makes in one atomic step: does the call fit every budget it draws on, and how much output
 * may it have. Pure arithmetic; stores only read before it and add after it.
 */
import type { Reading, ReservationItem, ReservationRequest } from './model.ts';

export type Decision = { granted: number } | { refusedBy: number };

/** Output is shortened to what is left in the tightest budget; below `minimumOutput` the call is refused instead. */
export function decideReservation(request: ReservationRequest, readings: readonly Reading[]): Decision {
  let granted = request.wantedOutput;
  const minimum = Math.min(request.minimumOutput, request.wantedOutput);
  for (const [index, item] of request.items.entries()) {
    if (item.enforce === 'report') continue;
    const { used, reserved } = readings[index]!;
    if (item.enforce === 'soft') {
      if (used >= item.limit) return { refusedBy: index };
      continue;
    }
    const room = item.limit - used - reserved - item.fixed;
    if (room < 0) return { refusedBy: index };
    if (item.perOutputToken === 0) continue;
    const fits = Math.floor(room / item.perOutputToken);
    if (fits < minimum) return { refusedBy: index };
    granted = Math.min(granted, fits);
  }
  return { granted };
}

/** What an item holds for a call that was granted so much output. Soft budgets hold nothing. */
export function heldBy(item: ReservationItem, granted: number): number {
  return item.enforce === 'soft' ? 0 : item.fixed + granted * item.perOutputToken;
}

export function remainingOf(item: ReservationItem, { used, reserved }: Reading): number {
  return Math.max(0, item.limit - used - reserved);
}
