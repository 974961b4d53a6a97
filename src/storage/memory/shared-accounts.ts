/** Budgets over the shared counter table: one lock for a whole hierarchy of budgets, exact across threads. */
import { heldKey, usedKey } from '../../core/budget/counter-keys.ts';
import type {
  Charge,
  Reading,
  ReservationItem,
  ReservationOutcome,
  ReservationRequest,
} from '../../core/budget/model.ts';
import { decideReservation, heldBy } from '../../core/budget/reserve.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import type { LocalAccounts } from '../accounts.ts';
import type { CounterIncrement } from '../counters.ts';
import { CounterJournal } from './counter-journal.ts';
import { CounterTable, CounterTableFull } from './counter-table.ts';
import { type CounterHandle, fitKey } from './shared-counters.ts';

/** Held amounts never expire by time: the call that holds them gives them back. */
const heldSeconds = 2 ** 40;

export function attachSharedAccounts(
  handle: CounterHandle,
  thread: string,
): LocalAccounts & { close(): void } {
  return accountsOver(new CounterTable(handle.buffer), new CounterJournal(handle.directory, thread));
}

export function accountsOver(
  table: CounterTable,
  journal: CounterJournal,
): LocalAccounts & { close(): void } {
  return new SharedAccounts(table, journal);
}

/** The name that a budget's counter is kept under. */
export function usedCounterKey(item: Pick<ReservationItem, 'budget' | 'unit' | 'group'>): string {
  return fitKey(usedKey(item));
}

class SharedAccounts implements LocalAccounts {
  readonly #table: CounterTable;
  readonly #journal: CounterJournal;

  constructor(table: CounterTable, journal: CounterJournal) {
    this.#table = table;
    this.#journal = journal;
  }

  reserve(request: ReservationRequest): ReservationOutcome {
    try {
      return this.#table.locked(() => {
        const readings = request.items.map((item) => this.#read(item));
        const decision = decideReservation(request, readings);
        if ('granted' in decision) this.#hold(request.items, decision.granted);
        return { ...decision, readings };
      });
    } catch (error) {
      throw unavailable(error);
    }
  }

  settle(charges: readonly Charge[], entry: string): void {
    let generation = -1;
    const increments = charges.flatMap(({ item, used }) => (used === 0 ? [] : [increment(item, used)]));
    try {
      this.#table.locked(() => {
        generation = this.#table.writerBegins();
        for (const { item, release } of charges) if (release !== 0) this.#addHeld(item, -release);
        for (const i of increments) this.#count(i);
      });
      this.#journal.append(generation, increments, entry);
    } catch (error) {
      throw unavailable(error);
    } finally {
      if (generation >= 0) this.#table.writerDone(generation);
    }
  }

  close(): void {
    this.#journal.close();
  }

  #read(item: ReservationItem): Reading {
    const key = usedCounterKey(item);
    let used = 0;
    for (const slice of item.slices) used += this.#table.read(key, slice, item.keepSeconds);
    return { used, reserved: this.#table.read(fitKey(heldKey(item)), heldStart(item), heldSeconds) };
  }

  /** All or none: what was added before the table turned out to be full is taken back. */
  #hold(items: readonly ReservationItem[], granted: number): void {
    const done: ReservationItem[] = [];
    try {
      for (const item of items) {
        this.#addHeld(item, heldBy(item, granted));
        done.push(item);
        // Takes the slot that settling will need, so that a table that fills up meanwhile can't lose the charge.
        if (item.unit !== 'concurrency')
          this.#table.add(usedCounterKey(item), item.slices.at(-1)!, item.keepSeconds, 0);
      }
    } catch (error) {
      for (const item of done) this.#addHeld(item, -heldBy(item, granted));
      throw error;
    }
  }

  /** Reserving took the slot: only a window that has ended meanwhile, and was dropped, may find none. The journal has the charge. */
  #count({ key, windowStart, windowSeconds, add }: CounterIncrement): void {
    try {
      this.#table.add(key, windowStart, windowSeconds, add);
    } catch (error) {
      if (!(error instanceof CounterTableFull)) throw error;
    }
  }

  #addHeld(item: ReservationItem, amount: number): void {
    if (amount !== 0) this.#table.add(fitKey(heldKey(item)), heldStart(item), heldSeconds, amount);
  }
}

/** A call is charged to the window it began in, so what it holds counts there; rolling windows have one pot for all slices. */
function heldStart(item: ReservationItem): number {
  return item.slices.length > 1 ? 0 : item.slices[0]!;
}

function increment(item: ReservationItem, add: number): CounterIncrement {
  return {
    key: usedCounterKey(item),
    windowStart: item.slices.at(-1)!,
    windowSeconds: item.keepSeconds,
    add,
  };
}

function unavailable(error: unknown): RateLimitUnavailable {
  const reason = error instanceof CounterTableFull ? error.message : 'the counters can not be written';
  return new RateLimitUnavailable(reason, { cause: error });
}
