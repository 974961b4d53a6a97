/** Contract of the stores behind budgets: reservations in one atomic step, settlement together with the ledger entry. */
import type { Charge, ReservationOutcome, ReservationRequest } from '../core/budget/model.ts';

export interface Accounts {
  /**
   * Holds the upper bound on every counter of the request, or on none. Rejects with `RateLimitUnavailable` when the
   * counters cannot be reached: each budget's failure mode decides then.
   */
  reserve(request: ReservationRequest): ReservationOutcome | Promise<ReservationOutcome>;
  /**
   * Gives back what was held, counts what was used and writes the call's ledger entry (JSON, one line), all or nothing.
   * Once it returned, both survive `kill -9`.
   */
  settle(charges: readonly Charge[], entry: string): void | Promise<void>;
}

/** A store on this machine never waits. */
export interface LocalAccounts extends Accounts {
  reserve(request: ReservationRequest): ReservationOutcome;
  settle(charges: readonly Charge[], entry: string): void;
}
