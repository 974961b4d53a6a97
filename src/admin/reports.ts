/** Usage and calls out of the ledger, as `GET /api/v1/usage` and `/api/v1/calls` give them. */
import { isTimeZone } from '../core/budget/window.ts';
import { csvOf } from '../core/text/csv.ts';
import type {
  CallOrder,
  LedgerFilter,
  LedgerStore,
  UsageDimension,
  UsageFigures,
  UsageQuery,
} from '../storage/ledger.ts';
import { noFigures } from '../storage/no-figures.ts';
import { Problem, shortened } from './problem.ts';
import { usageOfTop } from './usage-of-top.ts';

function badQuery(name: string, why: string): Problem {
  return new Problem(400, 'query', shortened(why), name);
}

const dimensions = new Set(['user', 'key', 'model', 'provider', 'route']);
const buckets = new Set(['hour', 'day', 'week', 'month']);
const outcomes = new Set(['ok', 'refused', 'failed']);
const maxPage = 1_000;

/**
 * `groupBy=user,label:team&bucket=day&timeZone=Europe/Berlin`, and the filters of `filterOf`. Without a bucket also
 * `sort=requests&order=asc&limit=50&offset=0` and `named=text`, of whose groups the total is then; with one, `top=6`: the dearest groups, and the rest as one.
 */
export async function reportUsage(ledger: LedgerStore, query: URLSearchParams): Promise<unknown> {
  const filter = filterOf(query);
  const usage = usageQueryOf(query);
  const top = query.get('top');
  const rows =
    top === null ? await ledger.usage(filter, usage) : await usageOfTop(ledger, filter, usage, Number(top));
  const [total] = await ledger.usage(filter, { groupBy: [], ...(usage.named && { named: usage.named }) });
  const { group: _, ...figures } = total ?? { group: {}, ...noFigures };
  const left = figuresLeftOut(query);
  return {
    rows: rows.map(({ bucketStartMs, groups: _, ...row }) => {
      for (const name of left) delete (row as Partial<UsageFigures>)[name];
      return { ...row, ...startOf(bucketStartMs) };
    }),
    total: figures,
    ...(usage.page === undefined ? {} : { groups: rows[0]?.groups ?? 0 }),
  };
}

/** `figures=costNano,tokens`: rows have these alone. */
function figuresLeftOut(query: URLSearchParams): (keyof UsageFigures)[] {
  const asked = query.get('figures')?.split(',');
  if (asked === undefined) return [];
  const all = Object.keys(noFigures) as (keyof UsageFigures)[];
  const wrong = asked.find((name) => !(all as string[]).includes(name));
  if (wrong !== undefined) throw badQuery('figures', `"${wrong}" is none of ${all.join(', ')}`);
  return all.filter((name) => !asked.includes(name));
}

/** The rows of the same query as CSV: dimensions, begin of the bucket, figures; dollars with nine decimals. */
export async function usageAsCsv(ledger: LedgerStore, query: URLSearchParams): Promise<string> {
  const usage = usageQueryOf(query);
  const rows = await ledger.usage(filterOf(query), usage);
  const bucket = usage.bucket === undefined ? [] : ['bucketStart'];
  const figures = Object.keys(noFigures).filter((name) => name !== 'costNano') as (keyof UsageFigures)[];
  return csvOf(
    [...usage.groupBy, ...bucket, ...figures, 'costUsd'],
    rows.map((row) => [
      ...usage.groupBy.map((name) => row.group[name]),
      ...bucket.map(() => startOf(row.bucketStartMs).bucketStart),
      ...figures.map((name) => row[name]),
      (row.costNano / 1e9).toFixed(9),
    ]),
  );
}

/** Newest first, or as `sort` and `order` say; `before=ID` gives the next page. */
export async function listCalls(ledger: LedgerStore, query: URLSearchParams): Promise<unknown> {
  const limit = Number(query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPage)
    throw badQuery('limit', `a whole number from 1 to ${maxPage}`);
  const before = query.get('before');
  const { records, next } = await ledger.search(filterOf(query), {
    limit,
    ...(before === null ? {} : { before }),
    order: {
      by: (query.get('sort') ?? 'time') as CallOrder['by'],
      ascending: query.get('order') === 'asc',
    },
  });
  return { items: records, ...(next === undefined ? {} : { next }) };
}

/** Throws a `Problem` that names the parameter. */
export function usageQueryOf(query: URLSearchParams): UsageQuery {
  const groupBy = (query.get('groupBy') ?? '').split(',').filter((name) => name !== '');
  const wrong = groupBy.find((name) => !dimensions.has(name) && !/^label:.+/.test(name));
  if (wrong !== undefined)
    throw badQuery('groupBy', `"${wrong}" is none of ${[...dimensions].join(', ')} and label:NAME`);
  const bucket = query.get('bucket');
  if (bucket !== null && !buckets.has(bucket)) throw badQuery('bucket', `one of ${[...buckets].join(', ')}`);
  const timeZone = query.get('timeZone') ?? 'UTC';
  if (!isTimeZone(timeZone)) throw badQuery('timeZone', `"${timeZone}" is not an IANA time zone`);
  if (query.has('top') && (bucket === null || groupBy.length !== 1 || query.has('named')))
    throw badQuery('top', 'needs a bucket and one groupBy, and goes without named');
  const named = query.get('named') ?? '';
  return {
    groupBy: groupBy as UsageDimension[],
    timeZone,
    ...(named !== '' && groupBy.length > 0 && { named: { text: named, in: groupBy as UsageDimension[] } }),
    ...(bucket === null ? pageAndSort(query) : { bucket: bucket as 'day' }),
  };
}

/** The router has checked the parameters. */
function pageAndSort(query: URLSearchParams): Pick<UsageQuery, 'sort' | 'page'> {
  const sort = query.get('sort') as NonNullable<UsageQuery['sort']>['by'] | null;
  const limit = query.get('limit');
  const ascending = query.get('order') === 'asc';
  return {
    ...(sort === null && !ascending ? {} : { sort: { by: sort ?? 'costNano', ascending } }),
    ...(limit === null ? {} : { page: { limit: Number(limit), offset: Number(query.get('offset') ?? 0) } }),
  };
}

/** `from`, `to` (RFC 3339), `key`, `user`, `model`, `provider`, `route`, `outcome`, `search`, `label.NAME`. */
export function filterOf(query: URLSearchParams): LedgerFilter {
  const outcome = query.get('outcome');
  if (outcome !== null && !outcomes.has(outcome))
    throw badQuery('outcome', `one of ${[...outcomes].join(', ')}`);
  const labels = [...query]
    .filter(([name]) => name.startsWith('label.'))
    .map(([name, value]) => [name.slice('label.'.length), value]);
  const given = ['key', 'user', 'model', 'provider', 'route', 'outcome', 'search'].flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(given),
    ...periodOf(query),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

export function periodOf(query: URLSearchParams): { fromMs?: number; toMs?: number } {
  return { ...momentOf('fromMs', 'from', query), ...momentOf('toMs', 'to', query) };
}

function momentOf(field: string, name: string, query: URLSearchParams): Record<string, number> {
  const text = query.get(name);
  if (text === null) return {};
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw badQuery(name, 'a moment such as 2026-11-25T00:00:00Z');
  return { [field]: ms };
}

function startOf(bucketStartMs: number | undefined): { bucketStart?: string } {
  return bucketStartMs === undefined ? {} : { bucketStart: new Date(bucketStartMs).toISOString() };
}
