/** Reports: one statement for each bucket that has calls, so that SQLite groups and only finished rows come back. */
import type { DatabaseSync } from 'node:sqlite';
import type { LedgerFilter, UsageFigures, UsageQuery, UsageRow } from '../ledger.ts';
import { bucketAt } from '../usage-buckets.ts';
import { dimensionOf, whereOf } from './ledger-query.ts';

const maxRows = 10_000;

/** Names are those of `UsageFigures`. */
const figures: Record<keyof UsageFigures, string> = {
  requests: 'count(*)',
  refused: "sum(outcome = 'refused')",
  failed: "sum(outcome = 'failed')",
  inputTokens: 'sum(input)',
  cachedInputTokens: 'sum(cached_input)',
  cacheWriteTokens: 'sum(cache_write)',
  outputTokens: 'sum(output)',
  reasoningTokens: 'sum(reasoning)',
  tokens: 'sum(input + output)',
  costNano: 'sum(cost)',
  unpriced: 'sum(unpriced)',
};
const sums = Object.entries(figures).map(([name, sum]) => `${sum} AS ${name}`);
const sumsOfSums = Object.keys(figures).map((name) => `sum(${name}) AS ${name}`);

export function usageRows(database: DatabaseSync, filter: LedgerFilter, query: UsageQuery): UsageRow[] {
  if (query.bucket === undefined) return rowsOf(database, filter, query).slice(0, maxRows);
  const rows: UsageRow[] = [];
  for (const { startMs, ...part } of bucketsIn(database, filter, query.bucket, query.timeZone ?? 'UTC')) {
    for (const row of rowsOf(database, { ...filter, ...part }, query))
      rows.push({ ...row, bucketStartMs: startMs });
    if (rows.length >= maxRows) break;
  }
  return rows.slice(0, maxRows);
}

/** Buckets with at least one call, cut to the filter's range. */
function* bucketsIn(
  database: DatabaseSync,
  filter: LedgerFilter,
  unit: NonNullable<UsageQuery['bucket']>,
  timeZone: string,
): Generator<{ startMs: number; fromMs: number; toMs: number }> {
  let fromMs = filter.fromMs ?? 0;
  for (;;) {
    const where = whereOf({ ...filter, fromMs });
    const next = database
      .prepare(`SELECT started FROM call ${where.sql} ORDER BY started LIMIT 1`)
      .get(...where.values)?.['started'];
    if (next === undefined) return;
    const { startMs, endMs } = bucketAt(Number(next), unit, timeZone);
    yield { startMs, fromMs, toMs: Math.min(endMs, filter.toMs ?? endMs) };
    fromMs = endMs;
  }
}

/** By cost and tokens, most first. Calls are added up by their columns first: labels are taken apart once a sum, not a call. */
function rowsOf(database: DatabaseSync, filter: LedgerFilter, { groupBy }: UsageQuery): UsageRow[] {
  const where = whereOf(filter);
  const dimensions = groupBy.map(dimensionOf);
  const columns = [...new Set(dimensions.map(({ column }) => column))];
  // `+`: in the order of an index, every call would be a jump to another page.
  const grouped = columns.length === 0 ? '' : `GROUP BY ${columns.map((column) => `+${column}`).join(', ')}`;
  const values = dimensions.map(({ value }, index) => `${value.sql} AS d${index}`);
  const regrouped = values.length === 0 ? '' : `GROUP BY ${values.map((_, index) => `d${index}`).join(', ')}`;
  const rows = database
    .prepare(
      `SELECT ${[...values, ...sumsOfSums].join(', ')}
       FROM (SELECT ${[...columns, ...sums].join(', ')} FROM call ${where.sql} ${grouped}) ${regrouped}`,
    )
    .all(...dimensions.flatMap(({ value }) => value.values), ...where.values) as Record<
    string,
    string | number
  >[];
  return rows
    .filter((row) => row['requests'] !== 0 && row['requests'] !== null)
    .map((row) => usageRowOf(row, groupBy))
    .sort((a, b) => b.costNano - a.costNano || b.tokens - a.tokens);
}

function usageRowOf(row: Record<string, string | number>, groupBy: UsageQuery['groupBy']): UsageRow {
  const group = Object.fromEntries(groupBy.map((name, index) => [name, String(row[`d${index}`])]));
  const names = Object.keys(figures) as (keyof UsageFigures)[];
  const found = Object.fromEntries(names.map((name) => [name, Number(row[name])]));
  return { group, ...(found as unknown as UsageFigures) };
}
