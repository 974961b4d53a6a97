export const pageSize = 50;

export const priceSorts = ['model', 'input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const;
export type PriceSort = (typeof priceSorts)[number];

export interface ModelsSearch {
  search?: string;
  sort?: PriceSort;
  order?: 'asc' | 'desc';
  page?: number;
}

export function readModelsSearch(raw: Record<string, unknown>): ModelsSearch {
  const found: ModelsSearch = {};
  if (raw.search !== undefined && raw.search !== '') found.search = String(raw.search);
  const sort = priceSorts.find((name) => name === raw.sort);
  if (sort !== undefined) found.sort = sort;
  if (raw.order === 'asc' || raw.order === 'desc') found.order = raw.order;
  const page = Number(raw.page);
  if (Number.isInteger(page) && page > 1 && page <= 100_000) found.page = page;
  return found;
}

/** A second click turns the order round; names and prices begin with the least. */
export function pricesSortedBy(current: ModelsSearch, sort: PriceSort): ModelsSearch {
  const { page: _, ...rest } = current;
  return { ...rest, sort, order: priceOrderOf(current, sort) === 'asc' ? 'desc' : 'asc' };
}

export const priceOrderOf = ({ sort = 'model', order = 'asc' }: ModelsSearch, column: PriceSort) =>
  sort === column ? order : undefined;
