import { type ListSearch, listSortedBy, orderShown, readListSearch } from '../../components/list-search.ts';

export const priceSorts = ['model', 'input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const;
export type PriceSort = (typeof priceSorts)[number];

export type ModelsSearch = ListSearch<PriceSort>;

export const readModelsSearch = (raw: Record<string, unknown>): ModelsSearch =>
  readListSearch(raw, priceSorts);

/** Names and prices begin with the least. */
export const pricesSortedBy = (current: ModelsSearch, sort: PriceSort): ModelsSearch =>
  listSortedBy(current, sort, priceOrderOf(current, sort));

export const priceOrderOf = (current: ModelsSearch, column: PriceSort) =>
  orderShown(current, column, 'model');
