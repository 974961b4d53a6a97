import type { BudgetUnit } from '../../api/budgets.ts';
import { type ListSearch, readListSearch } from '../../components/list-search.ts';

export const budgetSorts = ['name', 'fullest', 'runsOutAt'] as const;
export const units = ['tokens', 'inputTokens', 'outputTokens', 'requests', 'usd', 'concurrency'] as const;

export interface BudgetsSearch extends ListSearch {
  unit?: BudgetUnit;
}

export function readBudgetsSearch(raw: Record<string, unknown>): BudgetsSearch {
  const unit = units.find((name) => name === raw.unit);
  return { ...readListSearch(raw, budgetSorts), ...(unit !== undefined && { unit }) };
}
