/** Reports: Postgres adds up, so that only finished rows come back; the begins of the buckets are told to it. */
import type { LedgerFilter, UsageFigures, UsageQuery, UsageRow } from '../ledger.ts';
import { likeLiteral } from '../like-pattern.ts';
import { rareFigures } from '../rare-figures.ts';
import { bucketAt } from '../usage-buckets.ts';
import { Statement } from './ledger-query.ts';
import type { Session } from './session.ts';

const maxRows = 10_000;
/** Buckets of one statement. */
const maxBuckets = 2_000;

/** Names are those of `UsageFigures`. */
const figures: Record<Exclude<keyof UsageFigures, (typeof rareFigures)[number]>, string> = {
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
const commonNames = Object.keys(figures) as (keyof typeof figures)[];
const names: readonly (keyof UsageFigures)[] = [...commonNames, ...rareFigures];

/** Where some of the figures are. */
interface Source {
  table: string;
  sums: readonly string[];
  sumsOfSums: readonly string[];
}

const common: Source = {
  table: 'tollgate.call',
  sums: commonNames.map((name) => `${figures[name]} AS "${name}"`),
  sumsOfSums: commonNames.map((name) => `sum("${name}") AS "${name}"`),
};
const sumsOfRare = rareFigures.map((name) => `sum("${name}") AS "${name}"`);
const rare: Source = {
  table: 'tollgate.call_rare JOIN tollgate.call USING (id)',
  sums: sumsOfRare,
  sumsOfSums: sumsOfRare,
};

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

/** By bucket, then cost and tokens, most first. */
async function rowsOf(
  session: Session,
  filter: LedgerFilter,
  query: UsageQuery,
  starts: readonly number[],
): Promise<UsageRow[]> {
  const { groupBy, sort, page } = query;
  const statement = new Statement();
  const found = await joined(session, statement, filter, query, starts);
  const sorted = sort?.by === 'group' ? groupBy.map((_, index) => `d${index}`) : sort ? [`"${sort.by}"`] : [];
  const order = [
    ...(starts.length === 0 ? [] : ['bucket']),
    ...sorted.map((column) => `${column} ${sort?.ascending ? 'ASC' : 'DESC'}`),
    '"costNano" DESC',
    'tokens DESC',
    // Pages need an order that is the same each time.
    ...(page === undefined ? [] : groupBy.map((_, index) => `d${index}`)),
  ];
  const rows = await session.query(
    `SELECT *${page === undefined ? '' : ', count(*) OVER () AS groups'} FROM (${found}) AS found
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

/** What few calls have costs a report nothing where no call has it. */
async function joined(
  session: Session,
  statement: Statement,
  filter: LedgerFilter,
  query: UsageQuery,
  starts: readonly number[],
): Promise<string> {
  const ofAll = grouped(common, statement, filter, query, starts);
  const [row] = await session.query('SELECT EXISTS (SELECT FROM tollgate.call_rare) AS some');
  if (row?.['some'] !== true)
    return `SELECT *, ${rareFigures.map((name) => `0 AS "${name}"`)} FROM (${ofAll}) AS one`;
  const ofFew = grouped(rare, statement, filter, query, starts);
  const shared = [
    ...(starts.length === 0 ? [] : ['bucket']),
    ...query.groupBy.map((_, index) => `d${index}`),
  ];
  return `SELECT one.*, ${rareFigures.map((name) => `coalesce(few."${name}", 0) AS "${name}"`)}
    FROM (${ofAll}) AS one LEFT JOIN (${ofFew}) AS few ${shared.length === 0 ? 'ON true' : `USING (${shared})`}`;
}

/** Calls are added up by their columns first: labels are taken apart once a sum, not a call. */
function grouped(
  source: Source,
  statement: Statement,
  filter: LedgerFilter,
  { groupBy, among, named }: UsageQuery,
  starts: readonly number[],
): string {
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
  const by = [...(starts.length === 0 ? [] : ['bucket']), ...columns];
  const again = values.map((_, index) => index + 1);
  return `SELECT ${[...values, ...source.sumsOfSums].join(', ')} FROM (
       SELECT ${[...buckets, ...columns, ...source.sums].join(', ')} FROM ${source.table} ${statement.where(filter)}
       ${by.length === 0 ? '' : `GROUP BY ${by}`}
     ) AS part ${only} ${again.length === 0 ? '' : `GROUP BY ${again}`}`;
}

/** In any case of ASCII letters, as SQLite has it. */
function hasText(statement: Statement, looked: readonly { value: string }[], text: string): string {
  const pattern = statement.bind(`%${likeLiteral(text)}%`);
  const lower = (value: string) => `lower(${value} COLLATE "C")`;
  return `(${looked.map(({ value }) => `${lower(value)} LIKE ${lower(pattern)}`).join(' OR ')})`;
}
