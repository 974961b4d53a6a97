import type { BudgetCounter, BudgetUnit } from './budgets.ts';
import { callApi } from './client.ts';
import type { Key, UsageFigures } from './types.ts';

export interface MyBudget extends BudgetCounter {
  name?: string;
  unit?: BudgetUnit;
}

export interface Mine {
  key: Key;
  budgets: MyBudget[];
  usage: { month: Partial<UsageFigures>; day: Partial<UsageFigures> };
}

export const getMine = (signal?: AbortSignal) => callApi<Mine>('/me', { signal });
