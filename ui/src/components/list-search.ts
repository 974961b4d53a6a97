/** What the address holds of a list that the server searches, sorts and cuts into pages. */
export interface ListSearch<Sort extends string = string> {
  search?: string;
  sort?: Sort;
  order?: 'asc' | 'desc';
  /** From 1, which is left out. */
  page?: number;
}

/** Lists read by one name, pages of one length. */
export const listPageSize = 50;

/** Whatever was typed into the address: what makes no sense is left out. */
export function readListSearch<Sort extends string>(
  raw: Record<string, unknown>,
  sorts: readonly Sort[],
): ListSearch<Sort> {
  const found: ListSearch<Sort> = {};
  if (raw.search !== undefined && raw.search !== '') found.search = String(raw.search);
  const sort = sorts.find((name) => name === raw.sort);
  if (sort !== undefined) found.sort = sort;
  if (raw.order === 'asc' || raw.order === 'desc') found.order = raw.order;
  const page = Number(raw.page);
  if (Number.isInteger(page) && page > 1 && page <= 100_000) found.page = page;
  return found;
}

/** The order that a column's head shows; `first` is sorted by when nothing is said. */
export function orderShown(
  { sort, order }: ListSearch,
  column: string,
  first: string,
  usual: 'asc' | 'desc' = 'asc',
): 'asc' | 'desc' | undefined {
  return (sort ?? first) === column ? (order ?? usual) : undefined;
}

/** A second click turns the order round; times and amounts (`mostFirst`) begin with the most. */
export function listSortedBy<S extends ListSearch>(
  current: S,
  column: string,
  shown: 'asc' | 'desc' | undefined,
  mostFirst = false,
): S {
  const natural = mostFirst ? 'desc' : 'asc';
  const order = shown === undefined ? natural : shown === 'asc' ? 'desc' : 'asc';
  return { ...current, page: undefined, sort: column, order };
}
