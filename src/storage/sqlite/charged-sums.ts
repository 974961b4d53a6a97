/** What the ledger's records were charged to budget counters, added up as they are entered: the other side of the drift check. */
import type { DatabaseSync } from 'node:sqlite';
import type { RequestRecord } from '../../core/record.ts';
import type { Charged, ChargedSum } from '../ledger.ts';

/** Ended windows are dropped this often, by the clock of the records: a minute's window of each key would pile up. */
const sweepSeconds = 3_600;

export class ChargedSums {
  readonly #database: DatabaseSync;
  readonly #add;
  readonly #dropEnded;
  #sweepAt = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#add = database.prepare(
      `INSERT INTO charged VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET used = used + excluded.used`,
    );
    this.#dropEnded = database.prepare('DELETE FROM charged WHERE window_start + window_seconds <= ?');
  }

  /** Within the transaction that enters `records`, which must be new ones. */
  add(records: readonly RequestRecord[]): void {
    this.correct(sumsOf(records));
    const newest = records.reduce((latest, { startedAtMs }) => Math.max(latest, startedAtMs), 0) / 1000;
    if (newest < this.#sweepAt) return;
    this.#dropEnded.run(Math.floor(newest));
    this.#sweepAt = newest + sweepSeconds;
  }

  /** Within a transaction. */
  correct(sums: Iterable<ChargedSum>): void {
    for (const { budget, unit, group, windowStart, windowSeconds, used } of sums)
      this.#add.run(budget, unit, group, windowStart, windowSeconds, used);
  }

  read(): Charged {
    const sums = this.#database
      .prepare(
        `SELECT budget, unit, budget_group AS "group", window_start AS windowStart, window_seconds AS windowSeconds, used FROM charged`,
      )
      .all() as unknown as ChargedSum[];
    const sinceMs = Number(this.#database.prepare('SELECT ms FROM charged_since').get()?.['ms']);
    return { sinceMs, sums: sums.map((sum) => ({ ...sum })) };
  }
}

/** One statement per counter, not per call. */
function sumsOf(records: readonly RequestRecord[]): Iterable<ChargedSum> {
  const sums = new Map<string, ChargedSum>();
  for (const record of records) {
    for (const { budget, unit, group, windowStart, windowSeconds, used } of record.budgets ?? []) {
      if (windowStart === undefined || windowSeconds === undefined || used === 0) continue;
      const id = `${windowStart} ${windowSeconds} ${budget}|${unit}|${group}`;
      const sum = sums.get(id);
      if (sum === undefined) sums.set(id, { budget, unit, group, windowStart, windowSeconds, used });
      else sum.used += used;
    }
  }
  return sums.values();
}
