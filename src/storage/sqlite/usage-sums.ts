/** Keeps the sums of `usage-sums-schema.ts` equal to the calls, within the transaction that enters or deletes these. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type CallRow, latencySumsOf, usageSumsOf } from './sums-of-calls.ts';
import { summedFigures } from './usage-sums-schema.ts';

/** Read by `callRow`. */
const rowColumns =
  'started, outcome, key, user, model, provider, route, labels, input, cached_input, cache_write, output, reasoning, cost, unpriced, duration, first_token';

export class UsageSums {
  readonly #add: StatementSync;
  readonly #addLatency: StatementSync;
  readonly #dropEmpty: StatementSync;
  readonly #dropLatency: StatementSync;
  readonly #oldest: StatementSync;

  constructor(database: DatabaseSync) {
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
    this.#oldest = database.prepare(
      `SELECT ${rowColumns} FROM call WHERE started < ? ORDER BY started, n LIMIT ?`,
    );
  }

  /** `rows`: of `columnsOf`, those that were not there before. */
  add(rows: readonly (readonly (string | number | null)[])[]): void {
    this.#apply(
      rows.map(([, started, outcome, key, user, model, , provider, route, labels, ...rest]) =>
        callRow([started, outcome, key, user, model, provider, route, labels, ...rest]),
      ),
      1,
    );
  }

  /** Before the calls themselves are deleted: the same arguments choose the same calls. */
  takeAway(beforeMs: number, atMost: number): void {
    const rows = this.#oldest.all(beforeMs, atMost);
    this.#apply(
      rows.map((row) => callRow(Object.values(row) as (string | number | null)[])),
      -1,
    );
  }

  #apply(rows: readonly CallRow[], sign: 1 | -1): void {
    for (const { dimension, level, slot, value, figures, last } of usageSumsOf(rows, sign)) {
      this.#add.run(dimension, level, slot, value, ...figures, last);
      if (sign < 0) this.#dropEmpty.run(dimension, level, slot, value);
    }
    for (const { slot, kind, bin, calls } of latencySumsOf(rows, sign)) {
      this.#addLatency.run(slot, kind, bin, calls);
      if (sign < 0) this.#dropLatency.run(slot, kind, bin);
    }
  }
}

function callRow(columns: readonly (string | number | null | undefined)[]): CallRow {
  const [started, outcome, key, user, model, provider, route, labels] = columns;
  return {
    started: Number(started),
    outcome: String(outcome),
    key: String(key),
    user: String(user),
    model: String(model),
    provider: String(provider),
    route: String(route),
    labels: String(labels),
    figures: columns.slice(8, 15).map(Number),
    duration: Number(columns[15]),
    firstToken: columns[16] === null ? null : Number(columns[16]),
  };
}
