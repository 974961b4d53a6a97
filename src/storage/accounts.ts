/** Contract of the stores behind budgets: reservations in one atomic step, settlement together with the ledger entry. */
import type {
  BudgetUnit,
  Charge,
  ReservationItem,
  ReservationOutcome,
  ReservationRequest,
} from '../core/budget/model.ts';

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

/** This machine's part of accounts that several share: what was charged here, and the entries of the calls made here. */
export interface ChargeBook {
  /** Counts what was used and writes the ledger entry, as `settle` does; nothing is given back. */
  charge(charges: readonly Charge[], entry: string): void;
  /**
   * This machine's total of the counter that `item` is charged to, of all its threads, also of those before a restart. Makes
   * the counter; throws `RateLimitUnavailable` when no more can be had.
   */
  chargedTo(item: ReservationItem): number;
}

/** What is held of one counter, by a call under way or by a whole process. */
export interface Hold {
  /** The call's id, as in the ledger; `lease:…` for what another process holds to give to its calls. */
  id: string;
  /** Of the virtual key. */
  key?: string;
  budget: string;
  group: string;
  unit: BudgetUnit;
  /** In the unit; `usd`: nano-dollars. */
  amount: number;
  /** Unix milliseconds. */
  sinceMs?: number;
  /** Unix milliseconds. Absent: it ends with the call, or with the process that makes the call. */
  leaseUntilMs?: number;
}

/** Holds of one budget (`namespace/name`), to be seen and released. */
export interface Holds {
  list(budget: string): Hold[] | Promise<Hold[]>;
  /**
   * Gives back what the call `id` holds of `budget`. The call goes on, and is charged when it ends. False when there is no
   * such hold, or it is not for this gateway to release.
   */
  release(budget: string, id: string): boolean | Promise<boolean>;
}
