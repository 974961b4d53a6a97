/** What goes along with one exchange, and what its answer says to the calls that wait for it. */
import type { Reading, ReservationOutcome, ReservationRequest } from '../../core/budget/model.ts';
import { BudgetsSettling } from '../../core/budget/settling.ts';
import type { Asked, Lease } from './lease.ts';
import { notOpen } from './sync-script.ts';

export interface WaitingCall {
  request: ReservationRequest;
  leases: readonly Lease[];
  /** True when what was leased meanwhile was enough: it is answered. */
  again(): boolean;
  resolve(outcome: ReservationOutcome): void;
  reject(error: Error): void;
}

export interface Exchange {
  calls: WaitingCall[];
  asked: Asked[];
}

/** How many calls each lease of `now` keeps waiting; those that come later are to find enough. */
export function waitingFor(now: readonly WaitingCall[], later: readonly WaitingCall[]): Map<Lease, number> {
  const counts = new Map<Lease, number>();
  for (const { leases } of now) for (const lease of leases) counts.set(lease, (counts.get(lease) ?? 0) + 1);
  for (const { leases } of later)
    for (const lease of leases) if (counts.has(lease)) counts.set(lease, counts.get(lease)! + 1);
  return counts;
}

/** Nothing of an answer may be believed before all of it is: half of it would leave leases that nobody gave. */
export function isAnswerTo({ asked, calls }: Exchange, figures: readonly unknown[]): boolean {
  const items = calls.reduce((sum, { leases }) => sum + leases.length, 0);
  const expected = 3 * asked.length + calls.length + items;
  return figures.length === expected && figures.every((figure) => typeof figure === 'number');
}

export function answer(call: WaitingCall, result: number, readings: Reading[], tick: number): void {
  if (result <= notOpen) call.reject(new BudgetsSettling(notOpen - result));
  else if (result < 0) call.resolve({ refusedBy: -result - 1, readings });
  else {
    for (const [index, item] of call.request.items.entries()) call.leases[index]!.granted(item, result, tick);
    call.resolve({ granted: result, readings });
  }
}
