import { type ListSearch, listSortedBy, orderShown, readListSearch } from '../../components/list-search.ts';

/** What the address of the list holds: search, status, order and page. */
export const statuses = ['active', 'disabled', 'expired', 'pending'] as const;
const sorts = ['name', 'owner', 'spend', 'lastUsedAt'] as const;
export type KeySort = (typeof sorts)[number];

export interface KeysSearch extends ListSearch<KeySort> {
  status?: (typeof statuses)[number];
}

export function readKeysSearch(raw: Record<string, unknown>): KeysSearch {
  const status = statuses.find((name) => name === raw.status);
  return { ...readListSearch(raw, sorts), ...(status !== undefined && { status }) };
}

/** Figures begin with the most. */
export const sortedBy = (current: KeysSearch, sort: KeySort): KeysSearch =>
  listSortedBy(current, sort, orderOf(current, sort), sort === 'spend' || sort === 'lastUsedAt');

export const orderOf = (current: KeysSearch, sort: KeySort) => orderShown(current, sort, 'name');
