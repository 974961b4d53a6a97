/**
 * The ledger in SQLite (WAL, synchronous NORMAL: survives `kill -9`). Each record is kept whole as JSON beside the columns that
 * are filtered and added up.
 */
import { DatabaseSync } from 'node:sqlite';
import { noUsage } from '../../core/llm/usage.ts';
import { outcomeOf } from '../../core/outcome.ts';
import type { RequestRecord } from '../../core/record.ts';
import type {
  Charged,
  JournalPosition,
  Latencies,
  LedgerFilter,
  LedgerStore,
  UsageFigures,
  UsageQuery,
  UsageRow,
} from '../ledger.ts';
import { ChargedSums } from './charged-sums.ts';
import { dimensionOf, whereOf } from './ledger-query.ts';
import { migrateLedgerSchema } from './ledger-schema.ts';
import { bucketed, quarterHourMs } from './usage-buckets.ts';

/** Every zone's offset is a multiple of a quarter of an hour. */
const maxRows = 10_000;

/** The same contract, never waiting. */
export type LocalLedgerStore = {
  [Name in keyof LedgerStore]: (
    ...given: Parameters<LedgerStore[Name]>
  ) => Exclude<ReturnType<LedgerStore[Name]>, Promise<unknown>>;
};

export function openSqliteLedger(path: string): LocalLedgerStore {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrateLedgerSchema(database, path);
  return new SqliteLedger(database);
}

const figures = `count(*) AS requests, sum(outcome = 'refused') AS refused, sum(outcome = 'failed') AS failed,
  sum(input) AS inputTokens, sum(cached_input) AS cachedInputTokens, sum(cache_write) AS cacheWriteTokens,
  sum(output) AS outputTokens, sum(reasoning) AS reasoningTokens, sum(input + output) AS tokens, sum(cost) AS costNano,
  sum(unpriced) AS unpriced`;

class SqliteLedger implements LocalLedgerStore {
  readonly #database: DatabaseSync;
  readonly #insert;
  readonly #insertPosition;
  readonly #charged;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT OR IGNORE INTO call VALUES (${Array.from({ length: 20 }, () => '?').join(', ')})`,
    );
    this.#charged = new ChargedSums(database);
    this.#insertPosition = database.prepare('INSERT INTO journal_position VALUES (?, ?)');
  }

  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#charged.add(records.filter((record) => this.#insert.run(...columnsOf(record)).changes === 1));
      this.#database.exec('DELETE FROM journal_position');
      for (const { file, offset } of positions) this.#insertPosition.run(file, offset);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  positions(): JournalPosition[] {
    return this.#database
      .prepare('SELECT file, offset FROM journal_position')
      .all() as unknown as JournalPosition[];
  }

  get(id: string): RequestRecord | undefined {
    const row = this.#database.prepare('SELECT record FROM call WHERE id = ?').get(id);
    return row === undefined ? undefined : recordOf(row);
  }

  search(
    filter: LedgerFilter,
    { limit, before }: { limit: number; before?: string },
  ): { records: RequestRecord[]; next?: string } {
    const where = whereOf(filter);
    const page = before === undefined ? '' : `${where.sql === '' ? 'WHERE' : 'AND'} id < ?`;
    const rows = this.#database
      .prepare(`SELECT record FROM call ${where.sql} ${page} ORDER BY id DESC LIMIT ?`)
      .all(...where.values, ...(before === undefined ? [] : [before]), limit + 1);
    const records = rows.slice(0, limit).map(recordOf);
    const last = records.at(-1);
    return rows.length > limit && last !== undefined ? { records, next: last.id } : { records };
  }

  usage(filter: LedgerFilter, query: UsageQuery): UsageRow[] {
    const where = whereOf(filter);
    const dimensions = query.groupBy.map(dimensionOf);
    const columns = dimensions.map(({ sql }, index) => `${sql} AS d${index}`);
    if (query.bucket !== undefined) columns.push(`started / ${quarterHourMs} AS quarter`);
    const names = columns.map((column) => column.slice(column.lastIndexOf(' ') + 1));
    const rows = this.#database
      .prepare(
        `SELECT ${[...columns, figures].join(', ')} FROM call ${where.sql} ${names.length === 0 ? '' : `GROUP BY ${names.join(', ')}`}`,
      )
      .all(...dimensions.flatMap(({ values }) => values), ...where.values) as Record<
      string,
      string | number
    >[];
    const found = rows.flatMap((row) => (row['requests'] === 0 ? [] : [usageRowOf(row, query)]));
    const merged =
      query.bucket === undefined ? found : bucketed(found, query.bucket, query.timeZone ?? 'UTC');
    return merged.sort(byBucketThenCost).slice(0, maxRows);
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

  lastUsed(): ReadonlyMap<string, number> {
    const rows = this.#database
      .prepare("SELECT key, max(started) AS at FROM call WHERE key <> '' GROUP BY key")
      .all();
    return new Map(rows.map((row) => [String(row['key']), Number(row['at'])]));
  }

  prune(beforeMs: number): number {
    return Number(this.#database.prepare('DELETE FROM call WHERE started < ?').run(beforeMs).changes);
  }

  close(): void {
    this.#database.close();
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

function columnsOf(record: RequestRecord): (string | number | null)[] {
  const { llm, key } = record;
  const usage = llm?.usage ?? noUsage;
  const used = usage.inputTokens + usage.outputTokens > 0;
  return [
    record.id,
    Math.floor(record.startedAtMs),
    outcomeOf(record),
    key?.id ?? '',
    key?.user ?? '',
    llm?.requestModel ?? llm?.responseModel ?? '',
    llm?.responseModel ?? '',
    llm?.provider ?? '',
    record.route ?? '',
    JSON.stringify(key?.labels ?? {}),
    usage.inputTokens,
    usage.cachedInputTokens,
    usage.cacheWriteTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    llm?.costNano ?? 0,
    used && llm?.costNano === undefined ? 1 : 0,
    record.durationMs,
    llm?.timeToFirstTokenMs ?? null,
    JSON.stringify(record),
  ];
}

function usageRowOf(row: Record<string, string | number>, query: UsageQuery): UsageRow {
  const group: Record<string, string> = {};
  for (const [index, name] of query.groupBy.entries()) group[name] = String(row[`d${index}`]);
  const names = Object.keys(row).filter((name) => name !== 'quarter' && !/^d\d+$/.test(name));
  const sums = Object.fromEntries(names.map((name) => [name, Number(row[name])])) as unknown as UsageFigures;
  return {
    group,
    ...sums,
    ...(row['quarter'] === undefined ? {} : { bucketStartMs: Number(row['quarter']) * quarterHourMs }),
  };
}

function recordOf(row: Record<string, unknown>): RequestRecord {
  return JSON.parse(row['record'] as string) as RequestRecord;
}

function byBucketThenCost(a: UsageRow, b: UsageRow): number {
  return (a.bucketStartMs ?? 0) - (b.bucketStartMs ?? 0) || b.costNano - a.costNano || b.tokens - a.tokens;
}
