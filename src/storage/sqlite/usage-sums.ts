/**
 * Keeps the sums of `usage-sums-schema.ts`. Calls that were entered are added up in memory and written when they are many or when
 * somebody asks, together with the number of the last call that is in them: what a process that was killed had in memory is
 * read again.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type CallColumns, SumsOfCalls } from './sums-of-calls.ts';
import { transaction } from './transaction.ts';
import { summedFigures } from './usage-sums-schema.ts';

/** Written in some 10 ms, and then many of them are alike. */
const calls = 5_000;
const columns =
  'started, outcome, key, user, model, response_model, provider, route, labels, input, cached_input, cache_write, output, reasoning, cost, unpriced, duration, first_token';

export class UsageSums {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  readonly #addLatency: StatementSync;
  readonly #dropEmpty: StatementSync;
  readonly #dropLatency: StatementSync;
  readonly #setSummed: StatementSync;
  #waiting = new SumsOfCalls();

  constructor(database: DatabaseSync) {
    this.#database = database;
    const added = summedFigures.map((name) => `${name} = ${name} + excluded.${name}`);
    this.#add = database.prepare(
      `INSERT INTO usage_sum VALUES (${Array.from({ length: summedFigures.length + 5 }, () => '?')})
       ON CONFLICT DO UPDATE SET ${added.join(', ')}, last = max(last, excluded.last)`,
    );
    this.#addLatency = database.prepare(
      'INSERT INTO latency_sum VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls',
    );
    this.#dropEmpty = database.prepare(
      'DELETE FROM usage_sum WHERE dimension = ? AND level = ? AND slot = ? AND value = ? AND requests = 0',
    );
    this.#dropLatency = database.prepare(
      'DELETE FROM latency_sum WHERE slot = ? AND kind = ? AND bin = ? AND calls = 0',
    );
    this.#setSummed = database.prepare('UPDATE usage_summed SET n = (SELECT coalesce(max(n), 0) FROM call)');
    const left = database.prepare(`SELECT ${columns} FROM call WHERE n > (SELECT n FROM usage_summed)`);
    for (const row of left.iterate()) this.#waiting.add(Object.values(row) as CallColumns);
  }

  /** After the transaction that entered them: `rows` of `columnsOf` that were not there before. */
  add(rows: readonly (readonly (string | number | null)[])[]): void {
    for (const row of rows) this.#waiting.add(row.slice(1));
    if (this.#waiting.count >= calls) this.write();
  }

  /** So that the sums are those of all calls. */
  write(): void {
    if (this.#waiting.count === 0) return;
    transaction(this.#database, () => {
      this.#apply(this.#waiting);
      this.#setSummed.run();
    });
    this.#waiting = new SumsOfCalls();
  }

  /** Within the transaction that deletes the oldest calls, before that; all must be written. */
  takeAway(beforeMs: number, atMost: number): void {
    const going = new SumsOfCalls();
    const oldest = this.#database.prepare(
      `SELECT ${columns} FROM call WHERE started < ? ORDER BY started, n LIMIT ?`,
    );
    for (const row of oldest.iterate(beforeMs, atMost)) going.add(Object.values(row) as CallColumns, -1);
    this.#apply(going);
    for (const { dimension, level, slot, value } of going.usage())
      this.#dropEmpty.run(dimension, level, slot, value);
    for (const { slot, kind, bin } of going.latencies()) this.#dropLatency.run(slot, kind, bin);
  }

  /** Within that transaction, after it: numbers of calls that are gone are given again. */
  tookAway(): void {
    this.#setSummed.run();
  }

  #apply(sums: SumsOfCalls): void {
    for (const { dimension, level, slot, value, figures, last } of sums.usage())
      this.#add.run(dimension, level, slot, value, ...figures, last);
    for (const { slot, kind, bin, calls: count } of sums.latencies())
      this.#addLatency.run(slot, kind, bin, count);
  }
}
