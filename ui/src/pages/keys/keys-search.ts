/** What the address of the list holds: search, status, order and page. */
export const statuses = ['active', 'disabled', 'expired', 'pending'] as const;
export const sorts = ['name', 'owner', 'spend', 'lastUsedAt'] as const;
export type KeySort = (typeof sorts)[number];

export interface KeysSearch {
  search?: string;
  status?: (typeof statuses)[number];
  sort?: KeySort;
  order?: 'asc' | 'desc';
  page?: number;
}

export const pageSize = 50;

/** Whatever was typed into the address: what makes no sense is left out. */
export function readKeysSearch(raw: Record<string, unknown>): KeysSearch {
  const found: KeysSearch = {};
  if (raw.search !== undefined && raw.search !== '') found.search = String(raw.search);
  const status = statuses.find((name) => name === raw.status);
  if (status !== undefined) found.status = status;
  const sort = sorts.find((name) => name === raw.sort);
  if (sort !== undefined) found.sort = sort;
  if (raw.order === 'asc' || raw.order === 'desc') found.order = raw.order;
  const page = Number(raw.page);
  if (Number.isInteger(page) && page > 1 && page <= 100_000) found.page = page;
  return found;
}

/** A second click turns the order round; figures begin with the most. */
export function sortedBy(current: KeysSearch, sort: KeySort): KeysSearch {
  const natural = sort === 'name' || sort === 'owner' ? 'asc' : 'desc';
  const shown = orderOf(current, sort);
  const order = shown === undefined ? natural : shown === 'asc' ? 'desc' : 'asc';
  const { page: _, ...rest } = current;
  return { ...rest, sort, order };
}

export function orderOf(current: KeysSearch, sort: KeySort): 'asc' | 'desc' | undefined {
  return (current.sort ?? 'name') === sort ? (current.order ?? 'asc') : undefined;
}
