import { type RangeSearch, readRange } from '../../components/range.ts';

export const outcomes = ['ok', 'refused', 'failed'] as const;
export const pageSize = 50;

export const callSorts = ['time', 'tokens', 'cost', 'duration'] as const;
export type CallSort = (typeof callSorts)[number];

/** Without a range: any time. */
export interface CallsSearch extends RangeSearch {
  search?: string;
  outcome?: (typeof outcomes)[number];
  user?: string;
  model?: string;
  key?: string;
  /** Id of the last call of the page before. */
  before?: string;
  live?: boolean;
  /** Default: by time, newest first. */
  sort?: CallSort;
  order?: 'asc' | 'desc';
}

export function readCallsSearch(raw: Record<string, unknown>): CallsSearch {
  const found: CallsSearch = readRange(raw);
  for (const name of ['search', 'user', 'model', 'key', 'before'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  const outcome = outcomes.find((name) => name === raw.outcome);
  if (outcome !== undefined) found.outcome = outcome;
  const sort = callSorts.find((name) => name === raw.sort);
  if (sort !== undefined) found.sort = sort;
  if (raw.order === 'asc' || raw.order === 'desc') found.order = raw.order;
  if (raw.live === true && isNewestFirst(found) && found.before === undefined) found.live = true;
  return found;
}

/** The order in which new calls come in. */
export const isNewestFirst = ({ sort = 'time', order = 'desc' }: CallsSearch) =>
  sort === 'time' && order === 'desc';

/** A second click turns the order round; every column begins with the most. */
export function callsSortedBy(current: CallsSearch, sort: CallSort): CallsSearch {
  const { before: _, live: __, ...rest } = current;
  return { ...rest, sort, order: orderShown(current, sort) === 'desc' ? 'asc' : 'desc' };
}

export const orderShown = ({ sort = 'time', order = 'desc' }: CallsSearch, column: CallSort) =>
  sort === column ? order : undefined;
