/** Reports: one statement for each bucket that has calls, so that SQLite groups and only finished rows come back. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LedgerFilter, UsageFigures, UsageQuery, UsageRow } from '../ledger.ts';
import { bucketAt } from '../usage-buckets.ts';
import { type SqlPart, whereOf } from './ledger-query.ts';
import { figureNames, groupedSql } from './summed-query.ts';
import { slotOf } from './sums-of-calls.ts';

const maxRows = 10_000;
/** Farther than any call. */
const farMs = 8e15;

type Row = Record<string, string | number | null>;

/** A report of many buckets asks the same few statements again and again. */
class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  /** Whether any call of the report may have rare figures. */
  readonly hasRare: boolean;

  constructor(database: DatabaseSync, { fromMs = 0, toMs = farMs }: LedgerFilter) {
    this.#database = database;
    const some = database.prepare(
      "SELECT 1 FROM usage_sum_rare WHERE dimension = 'all' AND level = 'month' AND slot >= ? AND slot < ? LIMIT 1",
    );
    const month = slotOf(Math.max(0, Math.min(fromMs, farMs)), 'month');
    this.hasRare = some.get(month, Math.min(toMs, farMs)) !== undefined;
  }

  all({ sql, values }: SqlPart): Row[] {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement.all(...values) as Row[];
  }
}

export function usageRows(database: DatabaseSync, filter: LedgerFilter, query: UsageQuery): UsageRow[] {
  const statements = new Statements(database, filter);
  if (query.bucket === undefined) return rowsOf(statements, filter, query);
  const { page: _, sort: __, ...each } = query;
  const rows: UsageRow[] = [];
  for (const { startMs, ...part } of bucketsIn(statements, filter, query.bucket, query.timeZone ?? 'UTC')) {
    for (const row of rowsOf(statements, { ...filter, ...part }, each))
      rows.push({ ...row, bucketStartMs: startMs });
    if (rows.length >= maxRows) break;
  }
  return rows.slice(0, maxRows);
}

/** Buckets with at least one call, cut to the filter's range. */
function* bucketsIn(
  statements: Statements,
  filter: LedgerFilter,
  unit: NonNullable<UsageQuery['bucket']>,
  timeZone: string,
): Generator<{ startMs: number; fromMs: number; toMs: number }> {
  let fromMs = filter.fromMs ?? 0;
  for (;;) {
    const { sql, values } = whereOf({ ...filter, fromMs });
    const [next] = statements.all({
      sql: `SELECT started FROM call ${sql} ORDER BY started LIMIT 1`,
      values,
    });
    if (next === undefined) return;
    const { startMs, endMs } = bucketAt(Number(next['started']), unit, timeZone);
    yield { startMs, fromMs: Math.max(fromMs, startMs), toMs: Math.min(endMs, filter.toMs ?? endMs) };
    fromMs = endMs;
  }
}

function rowsOf(statements: Statements, filter: LedgerFilter, query: UsageQuery): UsageRow[] {
  const { groupBy, sort, page } = query;
  const grouped = groupedSql(filter, query, statements.hasRare);
  const sorted = sort?.by === 'group' ? groupBy.map((_, index) => `d${index}`) : sort ? [sort.by] : [];
  const order = [
    ...sorted.map((column) => `${column} ${sort?.ascending ? 'ASC' : 'DESC'}`),
    'costNano DESC',
    'tokens DESC',
    // Pages need an order that is the same each time.
    ...(page === undefined ? [] : groupBy.map((_, index) => `d${index}`)),
  ];
  const { limit, offset } = page ?? { limit: maxRows, offset: 0 };
  const rows = statements.all({
    sql: `SELECT *${page === undefined ? '' : ', count(*) OVER () AS groups'} FROM (${grouped.sql})
      WHERE requests > 0 ORDER BY ${order} LIMIT ? OFFSET ?`,
    values: [...grouped.values, Math.min(limit, maxRows), offset],
  });
  return rows.map((row) => usageRowOf(row, groupBy));
}

function usageRowOf(row: Row, groupBy: UsageQuery['groupBy']): UsageRow {
  const group = Object.fromEntries(groupBy.map((name, index) => [name, String(row[`d${index}`])]));
  const found = Object.fromEntries(figureNames.map((name) => [name, Number(row[name])]));
  const groups = row['groups'] === undefined ? {} : { groups: Number(row['groups']) };
  return { group, ...(found as unknown as UsageFigures), ...groups };
}
