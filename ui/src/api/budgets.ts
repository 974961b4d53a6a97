import { callApi, queryText } from './client.ts';
import type { Page } from './types.ts';

export type BudgetUnit = 'tokens' | 'inputTokens' | 'outputTokens' | 'requests' | 'usd' | 'concurrency';

export interface BudgetCounter {
  group: string;
  /** US dollars as decimal text, everything else as a number. */
  limit: number | string;
  used: number | string;
  reserved: number | string;
  remaining: number | string;
  resetsAt?: string;
}

/** What the form edits; other fields of a spec are kept as they are. */
export interface BudgetSpec {
  selector?: { matchLabels?: Record<string, string>; expression?: string; [field: string]: unknown };
  groupBy?: string[];
  limit: Partial<Record<BudgetUnit, number | string>>;
  window?: { calendar?: string; timeZone?: string; rolling?: string; lifetime?: boolean };
  enforcement?: string;
  onExceeded?: { action?: string; model?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Budget {
  namespace: string;
  name: string;
  spec: BudgetSpec;
  status: 'ok' | 'invalid';
  message?: string;
  counters: BudgetCounter[];
  unit: BudgetUnit;
  resourceVersion: string;
  forecast?: { runsOutAt?: string; perDay: number | string };
}

const pathOf = ({ namespace, name }: { namespace: string; name: string }) =>
  `/budgets/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

export const listBudgets = (query: { search?: string }, signal?: AbortSignal) =>
  callApi<Page<Budget>>(`/budgets${queryText(query)}`, { signal });

export const createBudget = (input: { name: string; spec: BudgetSpec }) =>
  callApi<Budget>('/budgets', { method: 'POST', body: input });

export const updateBudget = (budget: Budget, spec: BudgetSpec) =>
  callApi<Budget>(pathOf(budget), { method: 'PUT', body: { spec, resourceVersion: budget.resourceVersion } });

export const deleteBudget = (budget: Budget) => callApi<void>(pathOf(budget), { method: 'DELETE' });
