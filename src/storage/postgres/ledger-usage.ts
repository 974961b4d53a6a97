/** Reports: Postgres adds up, so that only finished rows come back; the begins of the buckets are told to it. */
import type { LedgerFilter, UsageFigures, UsageQuery, UsageRow } from '../ledger.ts';
import { bucketAt } from '../usage-buckets.ts';
import { Statement } from './ledger-query.ts';
import type { Session } from './session.ts';

const maxRows = 10_000;
/** Buckets of one statement. */
const maxBuckets = 2_000;

/** Names are those of `UsageFigures`. */
const figures: Record<keyof UsageFigures, string> = {
  requests: 'count(*)',
  refused: "count(*) FILTER (WHERE outcome = 'refused')",
  failed: "count(*) FILTER (WHERE outcome = 'failed')",
  inputTokens: 'sum(input)',
  cachedInputTokens: 'sum(cached_input)',
  cacheWriteTokens: 'sum(cache_write)',
  outputTokens: 'sum(output)',
  reasoningTokens: 'sum(reasoning)',
  tokens: 'sum(input + output)',
  costNano: 'sum(cost)',
  unpriced: 'sum(unpriced)',
};
const names = Object.keys(figures) as (keyof UsageFigures)[];
const sums = names.map((name) => `${figures[name]} AS "${name}"`);
const sumsOfSums = names.map((name) => `sum("${name}") AS "${name}"`);

export async function usageRows(
  session: Session,
  filter: LedgerFilter,
  query: UsageQuery,
): Promise<UsageRow[]> {
  if (query.bucket === undefined) return rowsOf(session, filter, query, []);
  const { page: _, sort: __, ...each } = query;
  const rows: UsageRow[] = [];
  for (let fromMs = filter.fromMs; rows.length < maxRows; ) {
    const part = { ...filter, ...(fromMs !== undefined && { fromMs }) };
    const span = await spanOf(session, part);
    if (span === undefined) break;
    const starts: number[] = [];
    let endMs = span.first;
    while (endMs <= span.last && starts.length < maxBuckets) {
      const bucket = bucketAt(endMs, query.bucket, query.timeZone ?? 'UTC');
      starts.push(bucket.startMs);
      endMs = bucket.endMs;
    }
    const toMs = Math.min(endMs, filter.toMs ?? endMs);
    rows.push(...(await rowsOf(session, { ...part, toMs }, each, starts)));
    fromMs = endMs;
  }
  return rows.slice(0, maxRows);
}

/** Of the first and the last call. */
async function spanOf(
  session: Session,
  filter: LedgerFilter,
): Promise<{ first: number; last: number } | undefined> {
  const statement = new Statement();
  const [row] = await session.query(
    `SELECT min(started) AS first, max(started) AS last FROM tollgate.call ${statement.where(filter)}`,
    statement.values,
  );
  if (row === undefined || row['first'] === null) return undefined;
  return { first: Number(row['first']), last: Number(row['last']) };
}

/**
 * By bucket, then cost and tokens, most first. Calls are added up by their columns first: labels are taken apart once a sum, not
 * a call.
 */
async function rowsOf(
  session: Session,
  filter: LedgerFilter,
  { groupBy, among, named, sort, page }: UsageQuery,
  starts: readonly number[],
): Promise<UsageRow[]> {
  const statement = new Statement();
  const dimensions = groupBy.map((name) => statement.dimension(name));
  const looked = (named?.in ?? []).map((name) => statement.dimension(name));
  const passing = [
    ...(among === undefined || dimensions[0] === undefined
      ? []
      : [`${dimensions[0].value} IN (${among.map((value) => statement.bind(value))})`]),
    ...(named === undefined || looked.length === 0 ? [] : [hasText(statement, looked, named.text)]),
  ];
  const only = passing.length === 0 ? '' : `WHERE ${passing.join(' AND ')}`;
  const buckets = starts.length === 0 ? [] : [`width_bucket(started, '{${starts}}'::bigint[]) AS bucket`];
  const columns = [...new Set([...dimensions, ...looked].map(({ column }) => column))];
  const values = [
    ...(starts.length === 0 ? [] : ['bucket']),
    ...dimensions.map(({ value }, index) => `${value} COLLATE "C" AS d${index}`),
  ];
  const grouped = [...(starts.length === 0 ? [] : ['bucket']), ...columns];
  const regrouped = values.map((_, index) => index + 1);
  const sorted =
    sort?.by === 'group' ? groupBy.map((_, index) => `d${index}`) : sort ? [`sum("${sort.by}")`] : [];
  const order = [
    ...(starts.length === 0 ? [] : ['bucket']),
    ...sorted.map((column) => `${column} ${sort?.ascending ? 'ASC' : 'DESC'}`),
    'sum("costNano") DESC',
    'sum(tokens) DESC',
    // Pages need an order that is the same each time.
    ...(page === undefined ? [] : groupBy.map((_, index) => `d${index}`)),
  ];
  const rows = await session.query(
    `SELECT ${[...values, ...sumsOfSums, ...(page === undefined ? [] : ['count(*) OVER () AS groups'])].join(', ')} FROM (
       SELECT ${[...buckets, ...columns, ...sums].join(', ')} FROM tollgate.call ${statement.where(filter)}
       ${grouped.length === 0 ? '' : `GROUP BY ${grouped}`}
     ) AS part ${only} ${regrouped.length === 0 ? '' : `GROUP BY ${regrouped}`}
     ORDER BY ${order.join(', ')} LIMIT ${Math.min(page?.limit ?? maxRows, maxRows)} OFFSET ${page?.offset ?? 0}`,
    statement.values,
  );
  return rows
    .filter((row) => Number(row['requests']) > 0)
    .map((row) => ({
      group: Object.fromEntries(groupBy.map((name, index) => [name, String(row[`d${index}`])])),
      ...(Object.fromEntries(names.map((name) => [name, Number(row[name])])) as unknown as UsageFigures),
      ...(starts.length > 0 && { bucketStartMs: starts[Number(row['bucket']) - 1]! }),
      ...(page !== undefined && { groups: Number(row['groups']) }),
    }));
}

/** In any case of ASCII letters, as SQLite has it. */
function hasText(statement: Statement, looked: readonly { value: string }[], text: string): string {
  const pattern = statement.bind(`%${text.replace(/[\\%_]/g, '\\$&')}%`);
  const lower = (value: string) => `lower(${value} COLLATE "C")`;
  return `(${looked.map(({ value }) => `${lower(value)} LIKE ${lower(pattern)}`).join(' OR ')})`;
}
