/** Reports as SQL: over sums where there are such for what is asked, over the calls themselves for the rest. */
import type { LedgerFilter, UsageFigures, UsageQuery } from '../ledger.ts';
import { likeLiteral } from '../like-pattern.ts';
import { rareFigures } from '../rare-figures.ts';
import { dimensionOf, type SqlPart, whereOf } from './ledger-query.ts';
import { type Part, partsOf } from './usage-parts.ts';
import { levelsOf, type SumDimension } from './usage-sums-schema.ts';

type RareFigure = (typeof rareFigures)[number];

/** Names are those of `UsageFigures`; of `call`. */
const figures: Record<Exclude<keyof UsageFigures, RareFigure>, string> = {
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
const commonNames = Object.keys(figures) as (keyof typeof figures)[];
export const figureNames: readonly (keyof UsageFigures)[] = [...commonNames, ...rareFigures];

/** Where some of the figures are: of calls, and of sums of them. */
interface Source {
  names: readonly string[];
  calls: string;
  ofCalls: readonly string[];
  sums: string;
  ofSums: readonly string[];
}

const common: Source = {
  names: commonNames,
  calls: 'call',
  ofCalls: Object.entries(figures).map(([name, sum]) => `${sum} AS ${name}`),
  sums: 'usage_sum',
  ofSums: commonNames.map((name) => (name === 'tokens' ? 'inputTokens + outputTokens AS tokens' : name)),
};
const rare: Source = {
  names: rareFigures,
  calls: 'call_rare JOIN call USING (n)',
  ofCalls: rareFigures.map((name) => `sum(${name}) AS ${name}`),
  sums: 'usage_sum_rare',
  ofSums: rareFigures,
};

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

/** Columns `d0`, `d1`, … for the dimensions, then the figures; not ordered. `hasRare`: whether calls may have any of the rare ones. */
export function groupedSql(filter: LedgerFilter, query: UsageQuery, hasRare: boolean): SqlPart {
  const ofAll = groupedOf(common, filter, query);
  if (!hasRare)
    return {
      ...ofAll,
      sql: `SELECT *, ${rareFigures.map((name) => `0 AS ${name}`)} FROM (${ofAll.sql})`,
    };
  const ofFew = groupedOf(rare, filter, query);
  const names = query.groupBy.map((_, index) => `d${index}`);
  return {
    sql: `SELECT one.*, ${rareFigures.map((name) => `coalesce(few.${name}, 0) AS ${name}`)}
      FROM (${ofAll.sql}) AS one LEFT JOIN (${ofFew.sql}) AS few ${names.length === 0 ? 'ON true' : `USING (${names})`}`,
    values: [...ofAll.values, ...ofFew.values],
  };
}

function groupedOf(source: Source, filter: LedgerFilter, { groupBy, among, named }: UsageQuery): SqlPart {
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
  const text = `%${likeLiteral(named?.text ?? '')}%`;
  const found = looked.map(({ value }) => `${value.sql} LIKE ? ESCAPE '\\'`).join(' OR ');
  const passing = found === '' ? only.sql : `${only.sql === '' ? 'WHERE' : `${only.sql} AND`} (${found})`;
  const parts = innerParts(source, filter, columns, calls);
  const regrouped = values.length === 0 ? '' : `GROUP BY ${values.map((_, index) => `d${index}`)}`;
  const sums = source.names.map((name) => `sum(${name}) AS ${name}`);
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

function innerParts(
  source: Source,
  filter: LedgerFilter,
  columns: readonly string[],
  only: SqlPart,
): SqlPart[] {
  const dimension = sumsFor(filter, columns);
  if (dimension === undefined) return [callsPart(source, filter, columns, only)];
  const bound = (ms: number | undefined, none: number) =>
    ms === undefined || Math.abs(ms) > farMs ? none : Math.floor(ms);
  const span = { fromMs: bound(filter.fromMs, -Infinity), toMs: bound(filter.toMs, Infinity) };
  const parts = partsOf(span, levelsOf[dimension]);
  if (parts.length === 0) return [callsPart(source, filter, columns, only)];
  return parts.map((part) =>
    part.level === 'call'
      ? callsPart(source, { ...filter, fromMs: part.fromMs, toMs: part.toMs }, columns, only)
      : sumsPart(source, part, dimension, columns, filter),
  );
}

function callsPart(source: Source, filter: LedgerFilter, columns: readonly string[], only: SqlPart): SqlPart {
  const where = whereOf(filter);
  const more = where.sql === '' ? only.sql.replace('AND', 'WHERE') : only.sql;
  // `+`: in the order of an index, every call would be a jump to another page.
  const grouped = columns.length === 0 ? '' : `GROUP BY ${columns.map((column) => `+${column}`)}`;
  return {
    sql: `SELECT ${[...columns, ...source.ofCalls]} FROM ${source.calls} ${where.sql} ${more} ${grouped}`,
    values: [...where.values, ...only.values],
  };
}

function sumsPart(
  source: Source,
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
    sql: `SELECT ${[...named, ...source.ofSums]} FROM ${source.sums} WHERE dimension = ? AND level = ? AND slot >= ? AND slot < ? ${more}`,
    values: [dimension, level, from, to, ...filtered.values],
  };
}
