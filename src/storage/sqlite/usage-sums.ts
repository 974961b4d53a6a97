/**
 * Keeps the sums of `usage-sums-schema.ts`. Calls that were entered are added up in memory and written when they are many or when
 * somebody asks, together with the number of the last call that is in them: what a process that was killed had in memory is
 * read again.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { rareFigures } from '../rare-figures.ts';
import { type CallColumns, SumsOfCalls } from './sums-of-calls.ts';
import { transaction } from './transaction.ts';
import { summedFigures } from './usage-sums-schema.ts';

/** Written in some 10 ms, and then many of them are alike. */
const atOnce = 5_000;
const columns =
  'started, outcome, key, user, model, response_model, provider, route, labels, input, cached_input, cache_write, output, reasoning, cost, unpriced, duration, first_token';
const commonColumns = columns.split(',').length;
/** A call's columns, then its rare figures or nulls. */
const calls = `SELECT ${columns}, ${rareFigures} FROM call LEFT JOIN call_rare USING (n)`;

export class UsageSums {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  readonly #addRare: StatementSync;
  readonly #addLatency: StatementSync;
  readonly #dropEmpty: StatementSync;
  readonly #dropRare: StatementSync;
  readonly #dropLatency: StatementSync;
  readonly #setSummed: StatementSync;
  #waiting = new SumsOfCalls();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#add = database.prepare(
      `INSERT INTO usage_sum VALUES (${places(summedFigures.length + 5)})
       ON CONFLICT DO UPDATE SET ${added(summedFigures)}, last = max(last, excluded.last)`,
    );
    this.#addRare = database.prepare(
      `INSERT INTO usage_sum_rare VALUES (${places(rareFigures.length + 4)})
       ON CONFLICT DO UPDATE SET ${added(rareFigures)}`,
    );
    this.#addLatency = database.prepare(
      'INSERT INTO latency_sum VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls',
    );
    const sum = 'dimension = ? AND level = ? AND slot = ? AND value = ?';
    this.#dropEmpty = database.prepare(`DELETE FROM usage_sum WHERE ${sum} AND requests = 0`);
    this.#dropRare = database.prepare(
      `DELETE FROM usage_sum_rare WHERE ${sum} AND ${rareFigures.join(' + ')} = 0`,
    );
    this.#dropLatency = database.prepare(
      'DELETE FROM latency_sum WHERE slot = ? AND kind = ? AND bin = ? AND calls = 0',
    );
    this.#setSummed = database.prepare('UPDATE usage_summed SET n = (SELECT coalesce(max(n), 0) FROM call)');
    const left = database.prepare(`${calls} WHERE n > (SELECT n FROM usage_summed)`);
    for (const row of left.iterate()) addCall(this.#waiting, row, 1);
  }

  /** After the transaction that entered them: `rows` of `columnsOf` that were not there before, each with its rare figures. */
  add(rows: readonly CallColumns[], rare: readonly (readonly number[] | undefined)[]): void {
    for (const [at, row] of rows.entries()) this.#waiting.add(row.slice(1), rare[at]);
    if (this.#waiting.count >= atOnce) this.write();
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
    const oldest = this.#database.prepare(`${calls} WHERE started < ? ORDER BY started, n LIMIT ?`);
    for (const row of oldest.iterate(beforeMs, atMost)) addCall(going, row, -1);
    this.#apply(going);
    for (const { dimension, level, slot, value, rare } of going.usage()) {
      this.#dropEmpty.run(dimension, level, slot, value);
      if (rare !== undefined) this.#dropRare.run(dimension, level, slot, value);
    }
    for (const { slot, kind, bin } of going.latencies()) this.#dropLatency.run(slot, kind, bin);
  }

  /** Within that transaction, after it: numbers of calls that are gone are given again. */
  tookAway(): void {
    this.#setSummed.run();
  }

  #apply(sums: SumsOfCalls): void {
    for (const { dimension, level, slot, value, figures, rare, last } of sums.usage()) {
      this.#add.run(dimension, level, slot, value, ...figures, last);
      if (rare !== undefined) this.#addRare.run(dimension, level, slot, value, ...rare);
    }
    for (const { slot, kind, bin, calls: count } of sums.latencies())
      this.#addLatency.run(slot, kind, bin, count);
  }
}

function addCall(sums: SumsOfCalls, row: Record<string, unknown>, sign: 1 | -1): void {
  const values = Object.values(row) as CallColumns;
  const rare = values.slice(commonColumns);
  sums.add(values, rare[0] === null ? undefined : (rare as number[]), sign);
}

const places = (count: number) => Array.from({ length: count }, () => '?').join();
const added = (names: readonly string[]) =>
  names.map((name) => `${name} = ${name} + excluded.${name}`).join();
