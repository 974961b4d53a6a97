import { tokenKinds } from '../../../../src/core/llm/usage-kinds.ts';
import type { UsageFigures } from '../../api/types.ts';
import { kindRows } from '../../components/kind-rows.ts';
import { type RangeSearch, readRange } from '../../components/range.ts';
import { type Comparison, comparisons } from './compare.ts';

export const dimensions = ['user', 'model', 'provider', 'key', 'route'] as const;
export const buckets = ['hour', 'day', 'week', 'month'] as const;
/** That a table can be ordered by. */
export const figures = ['requests', 'refused', 'failed', ...tokenKinds, 'tokens', 'costNano'] as const;
export type Figure = (typeof figures)[number];

const plainFigures: readonly Figure[] = [
  'requests',
  'refused',
  'failed',
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'tokens',
  'costNano',
];

/** What rows are asked for: a page of many would be twice as long with all of them. */
export const askedFigures = ({ kinds }: UsageSearch) => (kinds ? undefined : plainFigures.join(','));

/** Columns of the table: with `kinds` every kind of token that there is in the total. */
export function shownFigures({ kinds }: UsageSearch, total: UsageFigures): readonly Figure[] {
  if (!kinds) return plainFigures;
  return ['requests', ...kindRows([total]).map(({ kind }) => kind), 'tokens', 'costNano'];
}

/** Rows on a page; those that used something only in the range compared with are known when all are on one. */
export const pageSizeOf = ({ compare }: { compare?: unknown }) => (compare === undefined ? 100 : 500);
export interface UsageSearch extends RangeSearch {
  /** Dimensions, commas between; '' for none. */
  groupBy?: string;
  bucket?: (typeof buckets)[number];
  sort?: Figure | 'group';
  order?: 'asc' | 'desc';
  compare?: Comparison;
  /** The table has a column for each kind of token. */
  kinds?: boolean;
  user?: string;
  model?: string;
  key?: string;
  /** Text in the groups' names. */
  named?: string;
  page?: number;
}

const isDimension = (name: string) => dimensions.some((one) => one === name) || /^label:.+/.test(name);

export function readUsageSearch(raw: Record<string, unknown>): UsageSearch {
  const found: UsageSearch = readRange(raw);
  if (typeof raw.groupBy === 'string')
    found.groupBy = raw.groupBy.split(',').filter(isDimension).slice(0, 3).join(',');
  const bucket = buckets.find((name) => name === raw.bucket);
  if (bucket !== undefined) found.bucket = bucket;
  const sort = ([...figures, 'group'] as const).find((name) => name === raw.sort);
  if (sort !== undefined) found.sort = sort;
  if (raw.order === 'asc' || raw.order === 'desc') found.order = raw.order;
  const compare = comparisons.find((name) => name === raw.compare);
  if (compare !== undefined) found.compare = compare;
  if (raw.kinds === true) found.kinds = true;
  for (const name of ['user', 'model', 'key', 'named'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  const page = Number(raw.page);
  if (Number.isInteger(page) && page > 1 && page <= 100_000) found.page = page;
  return found;
}

export const groupsOf = ({ groupBy = 'user' }: UsageSearch): string[] =>
  groupBy === '' ? [] : groupBy.split(',');
