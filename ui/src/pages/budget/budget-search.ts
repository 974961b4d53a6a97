import { type ListSearch, readListSearch } from '../../components/list-search.ts';

/** Seconds that a call has been under way. */
export const ages = [10, 60, 600] as const;

/** Of the list of holds, but for `counter`. */
export interface BudgetSearch extends ListSearch {
  /** Group whose course is shown; absent: the fullest. */
  counter?: string;
  minAge?: number;
}

export function readBudgetSearch(raw: Record<string, unknown>): BudgetSearch {
  const minAge = ages.find((seconds) => String(seconds) === String(raw.minAge));
  return {
    ...readListSearch(raw, ['since', 'key', 'group', 'reserved']),
    ...(minAge !== undefined && { minAge }),
    ...(raw.counter !== undefined && raw.counter !== '' && { counter: String(raw.counter) }),
  };
}
