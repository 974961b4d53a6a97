/**
 * The ledger in SQLite (WAL, synchronous NORMAL: survives `kill -9`). Each record is kept whole as JSON beside the columns that
 * are filtered and added up.
 */
import { DatabaseSync } from 'node:sqlite';
import type { RequestRecord } from '../../core/record.ts';
import type {
  Charged,
  ChargedSum,
  JournalPosition,
  KeyFigures,
  Latencies,
  LedgerFilter,
  LedgerStore,
  UsageQuery,
  UsageRow,
} from '../ledger.ts';
import { columnsOf } from '../ledger-row.ts';
import { ChargedSums } from './charged-sums.ts';
import { whereOf } from './ledger-query.ts';
import { migrateLedgerSchema } from './ledger-schema.ts';
import { usageRows } from './ledger-usage.ts';
import { transaction } from './transaction.ts';

/** The same contract, never waiting. */
export type LocalLedgerStore = {
  [Name in keyof Required<LedgerStore>]: (
    ...given: Parameters<Required<LedgerStore>[Name]>
  ) => Exclude<ReturnType<Required<LedgerStore>[Name]>, Promise<unknown>>;
};

export function openSqliteLedger(path: string): LocalLedgerStore {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrateLedgerSchema(database, path);
  return new SqliteLedger(database);
}

class SqliteLedger implements LocalLedgerStore {
  readonly #database: DatabaseSync;
  readonly #insert;
  readonly #insertRecord;
  readonly #insertPosition;
  readonly #charged;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO call VALUES (NULL, ${Array.from({ length: 19 }, () => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`,
    );
    this.#insertRecord = database.prepare('INSERT INTO call_record VALUES (?, ?)');
    this.#charged = new ChargedSums(database);
    this.#insertPosition = database.prepare('INSERT INTO journal_position VALUES (?, ?)');
  }

  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): void {
    transaction(this.#database, () => {
      this.#charged.add(records.filter((record) => this.#enter(record)));
      this.#database.exec('DELETE FROM journal_position');
      for (const { file, offset } of positions) this.#insertPosition.run(file, offset);
    });
  }

  positions(): JournalPosition[] {
    return this.#database
      .prepare('SELECT file, offset FROM journal_position')
      .all() as unknown as JournalPosition[];
  }

  get(id: string): RequestRecord | undefined {
    const row = this.#database
      .prepare('SELECT record FROM call JOIN call_record USING (n) WHERE id = ?')
      .get(id);
    return row === undefined ? undefined : recordOf(row);
  }

  search(
    filter: LedgerFilter,
    { limit, before }: { limit: number; before?: string },
  ): { records: RequestRecord[]; next?: string } {
    const where = whereOf(filter);
    // In the order of the indexes: ids sort by time.
    const older = '(started, id) < (SELECT started, id FROM call WHERE id = ?)';
    const page = before === undefined ? '' : `${where.sql === '' ? 'WHERE' : 'AND'} ${older}`;
    const rows = this.#database
      .prepare(
        `SELECT record FROM (SELECT n, started, id FROM call ${where.sql} ${page} ORDER BY started DESC, id DESC LIMIT ?)
         JOIN call_record USING (n) ORDER BY started DESC, id DESC`,
      )
      .all(...where.values, ...(before === undefined ? [] : [before]), limit + 1);
    const records = rows.slice(0, limit).map(recordOf);
    const last = records.at(-1);
    return rows.length > limit && last !== undefined ? { records, next: last.id } : { records };
  }

  usage(filter: LedgerFilter, query: UsageQuery): UsageRow[] {
    return usageRows(this.#database, filter, query);
  }

  latency(filter: LedgerFilter): Latencies {
    const where = whereOf({ ...filter, outcome: 'ok' });
    const durationMs = this.#percentiles('duration', where);
    const timeToFirstTokenMs = this.#percentiles('first_token', where);
    return {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(timeToFirstTokenMs === undefined ? {} : { timeToFirstTokenMs }),
    };
  }

  charged(): Charged {
    return this.#charged.read();
  }

  correctCharged(sums: readonly ChargedSum[]): void {
    transaction(this.#database, () => this.#charged.correct(sums));
  }

  usageOf(keys: readonly string[], fromMs: number): ReadonlyMap<string, KeyFigures> {
    const last = this.#database.prepare('SELECT max(started) AS at FROM call WHERE key = ?');
    const sums = this.#database.prepare(
      'SELECT count(*) AS requests, coalesce(sum(input + output), 0) AS tokens, coalesce(sum(cost), 0) AS costNano FROM call WHERE key = ? AND started >= ?',
    );
    const found = new Map<string, KeyFigures>();
    for (const key of keys) {
      const at = last.get(key)?.['at'] ?? null;
      if (at === null) continue;
      const { requests, tokens, costNano } = sums.get(key, fromMs) as Record<string, number>;
      found.set(key, { requests: requests!, tokens: tokens!, costNano: costNano!, lastUsedMs: Number(at) });
    }
    return found;
  }

  lastUsed(): ReadonlyMap<string, number> {
    const rows = this.#database
      .prepare("SELECT key, max(started) AS at FROM call WHERE key <> '' GROUP BY key")
      .all();
    return new Map(rows.map((row) => [String(row['key']), Number(row['at'])]));
  }

  prune(beforeMs: number, atMost = -1): number {
    return transaction(this.#database, () => {
      const old = 'SELECT n FROM call WHERE started < ? ORDER BY started LIMIT ?';
      this.#database.prepare(`DELETE FROM call_record WHERE n IN (${old})`).run(beforeMs, atMost);
      const { changes } = this.#database
        .prepare(`DELETE FROM call WHERE n IN (${old})`)
        .run(beforeMs, atMost);
      return Number(changes);
    });
  }

  close(): void {
    this.#database.close();
  }

  /** False when it is there already. */
  #enter(record: RequestRecord): boolean {
    const { changes, lastInsertRowid } = this.#insert.run(...columnsOf(record));
    if (changes === 0) return false;
    this.#insertRecord.run(lastInsertRowid, JSON.stringify(record));
    return true;
  }

  #percentiles(column: 'duration' | 'first_token', where: ReturnType<typeof whereOf>) {
    const from = `FROM call ${where.sql} AND ${column} IS NOT NULL`;
    const count = Number(this.#database.prepare(`SELECT count(*) AS n ${from}`).get(...where.values)?.['n']);
    if (count === 0) return undefined;
    const nth = this.#database.prepare(
      `SELECT ${column} AS value ${from} ORDER BY ${column} LIMIT 1 OFFSET ?`,
    );
    const at = (share: number) =>
      Number(nth.get(...where.values, Math.min(count - 1, Math.floor(count * share)))?.['value']);
    return { p50: at(0.5), p95: at(0.95) };
  }
}

function recordOf(row: Record<string, unknown>): RequestRecord {
  return JSON.parse(row['record'] as string) as RequestRecord;
}
