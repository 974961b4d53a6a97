/** Reports as SQL: over sums where there are such for what is asked, over the calls themselves for the rest. */
import type { LedgerFilter, UsageFigures, UsageQuery } from '../ledger.ts';
import { dimensionOf, type SqlPart, whereOf } from './ledger-query.ts';
import { type Part, partsOf } from './usage-parts.ts';
import { levelsOf, type SumDimension } from './usage-sums-schema.ts';

/** Names are those of `UsageFigures`; of `call`. */
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
export const figureNames = Object.keys(figures) as (keyof UsageFigures)[];
const ofCalls = Object.entries(figures).map(([name, sum]) => `${sum} AS ${name}`);
const ofSums = figureNames.map((name) => (name === 'tokens' ? 'inputTokens + outputTokens AS tokens' : name));

/** Columns of `call` in a sum's value. */
const columnsInValue: Readonly<Record<SumDimension, Readonly<Record<string, string>>>> = {
  all: {},
  model: {
    provider: 'substr(value, 1, instr(value, char(31)) - 1)',
    model: 'substr(value, instr(value, char(31)) + 1)',
  },
  route: { route: 'value' },
  labels: { labels: 'value' },
  user: { user: 'value' },
  key: { key: 'value' },
};
/** Farther than any date. */
const farMs = 8e15;

/** Which sums can answer; undefined when only the calls can. */
function sumsFor(filter: LedgerFilter, columns: readonly string[]): SumDimension | undefined {
  const { fromMs: _, toMs: __, labels, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined)) return undefined;
  const needed = Object.keys(labels ?? {}).length === 0 ? columns : [...columns, 'labels'];
  const dimensions = Object.keys(columnsInValue) as SumDimension[];
  return dimensions.find((dimension) => needed.every((column) => column in columnsInValue[dimension]));
}

/** Columns `d0`, `d1`, … for the dimensions, then the figures; not ordered. */
export function groupedSql(filter: LedgerFilter, { groupBy, among, named }: UsageQuery): SqlPart {
  const dimensions = groupBy.map(dimensionOf);
  const looked = (named?.in ?? []).map(dimensionOf);
  const columns = [...new Set([...dimensions, ...looked].map(({ column }) => column))];
  const values = dimensions.map(({ value }, index) => `${value.sql} AS d${index}`);
  const first = dimensions[0]?.value;
  const only =
    among === undefined || first === undefined
      ? { sql: '', values: [] }
      : { sql: `WHERE ${first.sql} IN (${among.map(() => '?')})`, values: [...first.values, ...among] };
  // Of a few people or keys, an index knows the calls.
  const calls =
    only.sql === '' || dimensions[0]?.column === 'labels'
      ? { sql: '', values: [] }
      : { ...only, sql: only.sql.replace('WHERE', 'AND') };
  const text = `%${named?.text.replace(/[\\%_]/g, '\\$&')}%`;
  const found = looked.map(({ value }) => `${value.sql} LIKE ? ESCAPE '\\'`).join(' OR ');
  const passing = found === '' ? only.sql : `${only.sql === '' ? 'WHERE' : `${only.sql} AND`} (${found})`;
  const parts = innerParts(filter, columns, calls);
  const regrouped = values.length === 0 ? '' : `GROUP BY ${values.map((_, index) => `d${index}`)}`;
  const sums = figureNames.map((name) => `sum(${name}) AS ${name}`);
  return {
    sql: `SELECT ${[...values, ...sums]} FROM (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) ${passing} ${regrouped}`,
    values: [
      ...dimensions.flatMap(({ value }) => value.values),
      ...parts.flatMap(({ values }) => values),
      ...only.values,
      ...looked.flatMap(({ value }) => [...value.values, text]),
    ],
  };
}

function innerParts(filter: LedgerFilter, columns: readonly string[], only: SqlPart): SqlPart[] {
  const dimension = sumsFor(filter, columns);
  if (dimension === undefined) return [callsPart(filter, columns, only)];
  const bound = (ms: number | undefined, none: number) =>
    ms === undefined || Math.abs(ms) > farMs ? none : Math.floor(ms);
  const span = { fromMs: bound(filter.fromMs, -Infinity), toMs: bound(filter.toMs, Infinity) };
  const parts = partsOf(span, levelsOf[dimension]);
  if (parts.length === 0) return [callsPart(filter, columns, only)];
  return parts.map((part) =>
    part.level === 'call'
      ? callsPart({ ...filter, fromMs: part.fromMs, toMs: part.toMs }, columns, only)
      : sumsPart(part, dimension, columns, filter),
  );
}

function callsPart(filter: LedgerFilter, columns: readonly string[], only: SqlPart): SqlPart {
  const where = whereOf(filter);
  const more = where.sql === '' ? only.sql.replace('AND', 'WHERE') : only.sql;
  // `+`: in the order of an index, every call would be a jump to another page.
  const grouped = columns.length === 0 ? '' : `GROUP BY ${columns.map((column) => `+${column}`)}`;
  return {
    sql: `SELECT ${[...columns, ...ofCalls]} FROM call ${where.sql} ${more} ${grouped}`,
    values: [...where.values, ...only.values],
  };
}

function sumsPart(
  { level, fromMs, toMs }: Part,
  dimension: SumDimension,
  columns: readonly string[],
  { labels }: LedgerFilter,
): SqlPart {
  const named = columns.map((column) => `${columnsInValue[dimension][column]} AS ${column}`);
  const filtered = whereOf({ labels: labels ?? {} });
  const more = filtered.sql.replace('WHERE', 'AND').replaceAll('(labels,', '(value,');
  const [from, to] = [Math.max(fromMs, -farMs), Math.min(toMs, farMs)];
  return {
    sql: `SELECT ${[...named, ...ofSums]} FROM usage_sum WHERE dimension = ? AND level = ? AND slot >= ? AND slot < ? ${more}`,
    values: [dimension, level, from, to, ...filtered.values],
  };
}
