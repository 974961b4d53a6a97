/**
 * What a thread knows of a budget's counter besides its values: the names it is kept and journalled under, and where its slots
 * are. Found by what a call brings anyway, so that a busy counter costs no text and no search of the table.
 */
import { heldKey, usedKey } from '../../core/budget/counter-keys.ts';
import type { ReservationItem } from '../../core/budget/model.ts';
import { journalName } from './counter-journal.ts';
import type { CounterTable } from './counter-table.ts';
import { fitKey } from './fit-key.ts';

/** Held amounts never expire by time: the call that holds them gives them back. */
const heldSeconds = 2 ** 40;
const notFound = -1;

export class BudgetCounter {
  readonly item: ReservationItem;
  /** In front of an amount in the journal. */
  readonly journalName: string;
  readonly #usedKey: string;
  readonly #heldKey: string;
  /** Of each slice; the last is charged. */
  readonly #usedSlots: number[];
  #heldSlot = notFound;
  #layout = -1;

  constructor(item: ReservationItem) {
    this.item = item;
    this.#usedKey = fitKey(usedKey(item));
    this.#heldKey = fitKey(heldKey(item));
    this.#usedSlots = item.slices.map(() => notFound);
    const windowStart = item.slices.at(-1)!;
    this.journalName = journalName({ key: this.#usedKey, windowStart, windowSeconds: item.keepSeconds });
  }

  isOf({ unit, keepSeconds, slices }: ReservationItem): boolean {
    const own = this.item;
    return (
      own.slices.at(-1) === slices.at(-1) &&
      own.unit === unit &&
      own.keepSeconds === keepSeconds &&
      own.slices[0] === slices[0] &&
      own.slices.length === slices.length
    );
  }

  used(table: CounterTable): number {
    this.#locate(table);
    const slots = this.#usedSlots;
    let sum = 0;
    for (let at = 0; at < slots.length; at++) {
      if (slots[at]! < 0) slots[at] = this.#find(table, at, false);
      sum += table.valueAt(slots[at]!);
    }
    return sum;
  }

  held(table: CounterTable): number {
    this.#locate(table);
    if (this.#heldSlot < 0) this.#heldSlot = this.#findHeld(table, false);
    return table.valueAt(this.#heldSlot);
  }

  addHeld(table: CounterTable, amount: number): void {
    this.#locate(table);
    if (this.#heldSlot < 0) this.#heldSlot = this.#findHeld(table, true);
    table.addAt(this.#heldSlot, amount);
  }

  /** Throws `CounterTableFull` where there is no slot yet and none to be had. */
  addUsed(table: CounterTable, amount: number): void {
    table.addAt(this.#chargedSlot(table), amount);
  }

  /** Of the slice that is charged; throws as `addUsed`. */
  charged(table: CounterTable): number {
    return table.valueAt(this.#chargedSlot(table));
  }

  #chargedSlot(table: CounterTable): number {
    this.#locate(table);
    const last = this.#usedSlots.length - 1;
    if (this.#usedSlots[last]! < 0) this.#usedSlots[last] = this.#find(table, last, true);
    return this.#usedSlots[last]!;
  }

  /** The table was built anew since: every slot may be elsewhere. */
  #locate(table: CounterTable): void {
    if (this.#layout === table.layout) return;
    this.#usedSlots.fill(notFound);
    this.#heldSlot = notFound;
    this.#layout = table.layout;
  }

  #find(table: CounterTable, at: number, make: boolean): number {
    return table.slotOf(this.#usedKey, this.item.slices[at]!, this.item.keepSeconds, make);
  }

  /** A call is charged to the window it began in, so what it holds counts there; rolling windows have one pot for all slices. */
  #findHeld(table: CounterTable, make: boolean): number {
    const { slices } = this.item;
    return table.slotOf(this.#heldKey, slices.length > 1 ? 0 : slices[0]!, heldSeconds, make);
  }
}

/** Windows of one budget and group that are kept at once: calls under way may be of the one before. */
const maxWindows = 4;
const maxGroups = 50_000;

export class BudgetCounters {
  readonly #found = new Map<string, Map<string, BudgetCounter[]>>();
  #groups = 0;

  of(item: ReservationItem): BudgetCounter {
    const windows = this.#windowsOf(item);
    for (const counter of windows) if (counter.isOf(item)) return counter;
    const counter = new BudgetCounter(item);
    windows.unshift(counter);
    if (windows.length > maxWindows) windows.pop();
    return counter;
  }

  #windowsOf({ budget, group }: ReservationItem): BudgetCounter[] {
    const known = this.#found.get(budget)?.get(group);
    if (known !== undefined) return known;
    if (++this.#groups > maxGroups) {
      this.#found.clear();
      this.#groups = 1;
    }
    const groups = this.#found.get(budget) ?? new Map<string, BudgetCounter[]>();
    this.#found.set(budget, groups);
    const windows: BudgetCounter[] = [];
    groups.set(group, windows);
    return windows;
  }
}
