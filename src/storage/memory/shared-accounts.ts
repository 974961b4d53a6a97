/** Budgets over the shared counter table: one lock for a whole hierarchy of budgets, exact across threads. */
import { usedKey } from '../../core/budget/counter-keys.ts';
import type {
  Charge,
  ReservationItem,
  ReservationOutcome,
  ReservationRequest,
} from '../../core/budget/model.ts';
import { decideReservation, heldBy } from '../../core/budget/reserve.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import type { ChargeBook, LocalAccounts } from '../accounts.ts';
import { type BudgetCounter, BudgetCounters } from './budget-counter.ts';
import { CounterJournal } from './counter-journal.ts';
import { CounterTable, CounterTableFull } from './counter-table.ts';
import { fitKey } from './fit-key.ts';
import type { CounterHandle } from './shared-counters.ts';

export function attachSharedAccounts(
  handle: CounterHandle,
  thread: string,
): LocalAccounts & ChargeBook & { close(): void } {
  return accountsOver(new CounterTable(handle.buffer), new CounterJournal(handle.directory, thread));
}

export function accountsOver(
  table: CounterTable,
  journal: CounterJournal,
): LocalAccounts & ChargeBook & { close(): void } {
  return new SharedAccounts(table, journal);
}

/** The name that a budget's counter is kept under. */
export function usedCounterKey(item: Pick<ReservationItem, 'budget' | 'unit' | 'group'>): string {
  return fitKey(usedKey(item));
}

class SharedAccounts implements LocalAccounts, ChargeBook {
  readonly #table: CounterTable;
  readonly #journal: CounterJournal;
  readonly #counters = new BudgetCounters();

  constructor(table: CounterTable, journal: CounterJournal) {
    this.#table = table;
    this.#journal = journal;
  }

  reserve(request: ReservationRequest): ReservationOutcome {
    const table = this.#table;
    const counters = request.items.map((item) => this.#counters.of(item));
    try {
      return table.locked(() => {
        const readings = counters.map((counter) => ({
          used: counter.used(table),
          reserved: counter.held(table),
        }));
        const decision = decideReservation(request, readings);
        if ('granted' in decision) this.#hold(request.items, counters, decision.granted);
        return { ...decision, readings };
      });
    } catch (error) {
      throw unavailable(error);
    }
  }

  settle(charges: readonly Charge[], entry: string): void {
    this.#enter(charges, entry, true);
  }

  charge(charges: readonly Charge[], entry: string): void {
    this.#enter(charges, entry, false);
  }

  chargedTo(item: ReservationItem): number {
    const counter = this.#counters.of(item);
    try {
      return this.#table.locked(() => counter.charged(this.#table));
    } catch (error) {
      throw unavailable(error);
    }
  }

  #enter(charges: readonly Charge[], entry: string, givesBack: boolean): void {
    let generation = -1;
    const table = this.#table;
    const counters = charges.map(({ item }) => this.#counters.of(item));
    let counts = '';
    for (const [index, { used }] of charges.entries())
      if (used !== 0) counts += `${counts === '' ? '' : ','}${counters[index]!.journalName}${used}`;
    try {
      table.locked(() => {
        generation = table.writerBegins();
        for (let index = 0; index < charges.length; index++) {
          const { release, used } = charges[index]!;
          if (givesBack && release !== 0) counters[index]!.addHeld(table, -release);
          if (used !== 0) this.#count(counters[index]!, used);
        }
      });
      this.#journal.append(generation, counts, entry);
    } catch (error) {
      throw unavailable(error);
    } finally {
      if (generation >= 0) table.writerDone(generation);
    }
  }

  close(): void {
    this.#journal.close();
  }

  /** All or none: what was added before the table turned out to be full is taken back. */
  #hold(items: readonly ReservationItem[], counters: readonly BudgetCounter[], granted: number): void {
    let done = 0;
    try {
      for (; done < items.length; done++) {
        const amount = heldBy(items[done]!, granted);
        // First, as it may find no slot that settling will need: a table that fills up meanwhile can't lose the charge.
        if (items[done]!.unit !== 'concurrency') counters[done]!.addUsed(this.#table, 0);
        if (amount !== 0) counters[done]!.addHeld(this.#table, amount);
      }
    } catch (error) {
      while (done-- > 0) {
        const amount = heldBy(items[done]!, granted);
        if (amount !== 0) counters[done]!.addHeld(this.#table, -amount);
      }
      throw error;
    }
  }

  /** Reserving took the slot: only a window that has ended meanwhile, and was dropped, may find none. The journal has the charge. */
  #count(counter: BudgetCounter, used: number): void {
    try {
      counter.addUsed(this.#table, used);
    } catch (error) {
      if (!(error instanceof CounterTableFull)) throw error;
    }
  }
}

function unavailable(error: unknown): RateLimitUnavailable {
  const reason = error instanceof CounterTableFull ? error.message : 'the counters can not be written';
  return new RateLimitUnavailable(reason, { cause: error });
}
