/** The embedded counter store: shared memory for speed, a journal per thread and a SQLite dump for durability. */
import { mkdirSync } from 'node:fs';
import { heldPrefix, usedPrefix } from '../../core/budget/counter-keys.ts';
import { keptAfterSeconds } from '../../core/budget/window-clock.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import type { CounterIncrement, CounterValue, LocalCounterStore } from '../counters.ts';
import { CounterJournal, highestGeneration, readJournals, removeJournalsBefore } from './counter-journal.ts';
import { CounterPlaces } from './counter-places.ts';
import { CounterTable, CounterTableFull, type SlotMaker, type SlotValue } from './counter-table.ts';

/** What a thread needs to join; passes through `workerData`. */
export interface CounterHandle {
  buffer: SharedArrayBuffer;
  directory: string;
}

/** Where a checkpoint is kept. `write` is one transaction: the dump and its generation, or neither. */
export interface CounterDump {
  read(): { generation: number; counters: CounterValue[] };
  write(generation: number, counters: readonly CounterValue[]): void;
  close(): void;
}

export interface SharedCounters {
  store: LocalCounterStore;
  /** The same counters for peers of the rate limit service: how many they may make is bounded. */
  peers: LocalCounterStore;
  handle: CounterHandle;
  /** Folds the journals into the dump and drops ended windows. Cheap when nothing changed. */
  checkpoint(): void;
  close(): void;
}

export interface SharedCounterOptions {
  /** For the journals; created when missing. */
  directory: string;
  dump: CounterDump;
  nowSeconds: () => number;
  /** Tells whether the ledger has read a journal file to this size; files that it has not stay. Default: nobody reads them. */
  isConsumed?: (name: string, size: number) => boolean;
  /** Counters at most, live ones of all windows; about 264 bytes each. */
  capacity?: number;
}

const defaultCapacity = 65_536;

/** Opens the store on the main thread: the last dump plus every journalled increment since. */
export function openSharedCounters(options: SharedCounterOptions): SharedCounters {
  const { directory, dump, nowSeconds } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const table = CounterTable.create(options.capacity ?? defaultCapacity);
  const saved = dump.read();
  table.locked(() => {
    for (const c of saved.counters) table.add(c.key, c.windowStart, c.windowSeconds, c.value, 'unbounded');
    for (const i of readJournals(directory, saved.generation)) {
      if (isNeeded({ ...i, value: i.add }, nowSeconds(), true))
        table.add(i.key, i.windowStart, i.windowSeconds, i.add, 'unbounded');
    }
  });
  // A generation of its own for this run: what earlier runs journalled is folded in by the first checkpoint.
  table.generation = Math.max(saved.generation, highestGeneration(directory)) + 1;
  const handle = { buffer: table.buffer, directory };
  const joined = (name: string, maker: SlotMaker) =>
    new JournalledCounters(table, new CounterJournal(directory, name), nowSeconds, maker);
  const store = joined('main', 'gateway');
  const peers = joined('peers', 'peer');
  const isConsumed = options.isConsumed ?? (() => true);
  const checkpoint = () => {
    // A thread that is still writing a line of the generation before: its file must not go, the next time will do.
    if (table.hasWriters(table.generation + 1)) return;
    const { generation, live } = startGeneration(table, nowSeconds());
    dump.write(generation, live);
    if (!table.hasWriters(generation - 1)) removeJournalsBefore(directory, generation, isConsumed);
  };
  checkpoint();
  return {
    store,
    peers,
    handle,
    checkpoint,
    close: () => {
      checkpoint();
      store.close();
      peers.close();
      dump.close();
    },
  };
}

/** Joins the store from another thread. `thread` names its journal: letters, digits and dashes. */
export function attachSharedCounters(
  handle: CounterHandle,
  thread: string,
  nowSeconds: () => number,
): LocalCounterStore {
  const journal = new CounterJournal(handle.directory, thread);
  return new JournalledCounters(new CounterTable(handle.buffer), journal, nowSeconds, 'gateway');
}

/** As `attachSharedCounters`, over a journal that the thread's accounts write too: increments travel with their lines. */
export function countersOver(
  table: CounterTable,
  journal: CounterJournal,
  nowSeconds: () => number,
): LocalCounterStore {
  return new JournalledCounters(table, journal, nowSeconds, 'gateway', true);
}

/** The values and the generation are read in one step; the rest, which takes longer, keeps nobody waiting. */
function startGeneration(table: CounterTable, now: number): { generation: number; live: SlotValue[] } {
  const { values, generation } = table.locked(() => {
    const copy = table.values();
    table.generation += 1;
    return { values: copy, generation: table.generation };
  });
  const live: SlotValue[] = [];
  let ended = 0;
  const keepsEnded = !table.isCrowded;
  for (const entry of table.entries(values)) {
    if (!isNeeded(entry, now, keepsEnded)) ended++;
    else if (!isHeld(entry)) live.push(entry);
  }
  if (table.isMuch(ended)) {
    table.locked(() => {
      const kept = [...table.entries(table.values())].filter((entry) => isNeeded(entry, now, keepsEnded));
      table.rebuild(kept);
    });
  }
  return { generation, live };
}

/**
 * A counter at zero is as good as none; but calls under way have taken the slots of their budgets, see `SharedAccounts`. Those of
 * budgets are kept for a while after their window, where there is room: the clock may be set back.
 */
function isNeeded(
  {
    key,
    windowStart,
    windowSeconds,
    value,
  }: Pick<SlotValue, 'key' | 'windowStart' | 'windowSeconds' | 'value'>,
  now: number,
  keepsEnded: boolean,
): boolean {
  const isBudget = key.startsWith(usedPrefix);
  const after = now - windowStart - windowSeconds;
  if (after < 0) return value !== 0 || isBudget;
  return keepsEnded && isBudget && value !== 0 && after < keptAfterSeconds(windowSeconds);
}

/** What calls under way hold dies with the process that makes them: a crash leaks nothing. */
function isHeld({ key }: SlotValue): boolean {
  return key.startsWith(heldPrefix);
}

class JournalledCounters implements LocalCounterStore {
  readonly #table: CounterTable;
  readonly #journal: CounterJournal;
  readonly #nowSeconds: () => number;
  readonly #places: CounterPlaces;
  readonly #soon: boolean;

  constructor(
    table: CounterTable,
    journal: CounterJournal,
    nowSeconds: () => number,
    maker: SlotMaker,
    soon = false,
  ) {
    this.#table = table;
    this.#journal = journal;
    this.#nowSeconds = nowSeconds;
    this.#places = new CounterPlaces(table, maker);
    this.#soon = soon;
  }

  add(increments: readonly CounterIncrement[]): number[] {
    const table = this.#table;
    const values = new Array<number>(increments.length);
    let generation = -1;
    let counts = '';
    try {
      table.locked(() => {
        generation = table.writerBegins();
        counts = this.#count(increments, values);
      });
      if (this.#soon) this.#journal.appendSoon(generation, counts);
      else this.#journal.append(generation, counts, '');
      return values;
    } catch (error) {
      // A full table or a disk that takes no journal line: the caller's failure mode decides, nothing is miscounted.
      const reason = error instanceof CounterTableFull ? error.message : 'the counters can not be written';
      throw new RateLimitUnavailable(reason, { cause: error });
    } finally {
      if (generation >= 0) table.writerDone(generation);
    }
  }

  /** Fills `values` and returns what the journal is told. */
  #count(increments: readonly CounterIncrement[], values: number[]): string {
    // All of them before the first is counted: when there is no room for one, none is.
    if (increments.length > 1) for (const increment of increments) this.#places.of(increment);
    let counts = '';
    for (let at = 0; at < increments.length; at++) {
      const { add } = increments[at]!;
      const { slot, journalName } = this.#places.of(increments[at]!);
      if (add !== 0) counts += counts === '' ? journalName + add : `,${journalName}${add}`;
      values[at] = this.#table.addAt(slot, add);
    }
    return counts;
  }

  list(prefix: string): CounterValue[] {
    const now = this.#nowSeconds();
    // Calls wait while the lock is held, so it is held for the figures only.
    const values = this.#table.locked(() => this.#table.values());
    const counters: CounterValue[] = [];
    for (const { maker: _, ...counter } of this.#table.entries(values, prefix))
      if (counter.windowStart + counter.windowSeconds > now) counters.push(counter);
    return counters;
  }

  reset(prefix: string): number {
    const counters = this.list(prefix);
    // Through `add`, so that the journal tells it too.
    for (const c of counters) this.add([{ ...c, add: -c.value }]);
    return counters.length;
  }

  close(): void {
    this.#journal.close();
  }
}
