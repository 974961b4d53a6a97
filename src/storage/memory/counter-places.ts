/** Where a thread's counters lie in the table, and how the journal writes their names: remembered, as the same ones come again and again. */
import type { CounterIncrement } from '../counters.ts';
import { journalName } from './counter-journal.ts';
import type { CounterTable, SlotMaker } from './counter-table.ts';
import { fitKey } from './fit-key.ts';

export interface CounterPlace {
  slot: number;
  /** Of the table when the slot was found. */
  layout: number;
  windowStart: number;
  windowSeconds: number;
  journalName: string;
}

/** About 250 bytes each. What comes above that begins anew. */
const mostKnown = 32_768;

export class CounterPlaces {
  readonly #table: CounterTable;
  readonly #maker: SlotMaker;
  readonly #known = new Map<string, CounterPlace>();

  constructor(table: CounterTable, maker: SlotMaker) {
    this.#table = table;
    this.#maker = maker;
  }

  /** Call with the table's lock held. Makes the counter where there is none; throws `CounterTableFull`. */
  of({ key, windowStart, windowSeconds }: CounterIncrement): CounterPlace {
    const known = this.#known.get(key);
    const { layout } = this.#table;
    if (
      known !== undefined &&
      known.windowStart === windowStart &&
      known.windowSeconds === windowSeconds &&
      known.layout === layout
    )
      return known;
    const fitting = fitKey(key);
    const slot = this.#table.slotOf(fitting, windowStart, windowSeconds, this.#maker);
    const name = journalName({ key: fitting, windowStart, windowSeconds });
    const place = { slot, layout, windowStart, windowSeconds, journalName: name };
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, place);
    return place;
  }
}
