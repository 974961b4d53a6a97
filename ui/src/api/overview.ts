import { callApi, queryText } from './client.ts';
import type { KeyBudget } from './keys.ts';
import type { Key, UsageFigures } from './types.ts';

export interface TopEntry {
  name: string;
  tokens: number;
  costNano: number;
  requests: number;
}

interface Percentiles {
  p50?: number;
  p95?: number;
}

export interface Overview {
  current: UsageFigures;
  previous: UsageFigures;
  topUsers: TopEntry[];
  topModels: TopEntry[];
  /** By the label `team`. */
  topTeams: TopEntry[];
  latencyMs?: Percentiles;
  timeToFirstTokenMs?: Percentiles;
}

export interface Mine {
  key: Key;
  budgets: KeyBudget[];
  usage: { month: Partial<UsageFigures>; day: Partial<UsageFigures> };
}

export const getOverview = (query: { from?: string; to?: string }, signal?: AbortSignal) =>
  callApi<Overview>(`/overview${queryText(query)}`, { signal });

export const getMine = (signal?: AbortSignal) => callApi<Mine>('/me', { signal });
