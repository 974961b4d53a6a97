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
  overrides?: BudgetOverride[];
  [field: string]: unknown;
}

/** Another limit for a while; of several that hold, the first. */
export interface BudgetOverride {
  /** A day in the window's time zone, or a moment. */
  from: string;
  /** A day (included), or a moment (not included). */
  to: string;
  limit: Partial<Record<BudgetUnit, number | string>>;
  reason?: string;
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

/** What a proposed budget would have refused. */
export interface Simulation {
  calls: number;
  refused: number;
  groups?: number;
  refusedByGroup: { group: string; refused: number; firstAt: string }[];
  shortened?: number;
  switched?: number;
  costNanoSaved: number;
  tokensSaved: number;
  peak?: { group: string; used: number | string; limit: number | string; at: string };
}

/** Whom a proposed budget would hold. */
export interface BudgetPreview {
  matchedKeys: {
    total: number;
    items: { id: string; name: string; owner?: string }[];
    dependsOnRequest: boolean;
  };
  lastWindow: {
    from?: string;
    to?: string;
    complete: boolean;
    groups: { group: string; used: number | string }[];
  };
}

export interface Hold {
  /** Of the call; `lease:…` for what another process holds. */
  id: string;
  key?: string;
  group: string;
  reserved: number | string;
  since?: string;
  leaseUntil?: string;
}

export interface CoursePoint {
  at: string;
  used: number | string;
}

interface CourseLimit {
  from: string;
  limit: number | string;
}

/** How one counter filled up. */
export interface BurnDown {
  group: string;
  unit: BudgetUnit;
  from: string;
  /** Absent: the window has no end. */
  to?: string;
  points: CoursePoint[];
  limits: CourseLimit[];
  forecast?: { runsOutAt?: string; perDay: number };
  before?: { from: string; to: string; points: CoursePoint[]; limits: CourseLimit[] };
  /** False: the gateway is reading still; ask again. */
  complete: boolean;
}

export interface Proposal {
  namespace?: string;
  name?: string;
  spec: BudgetSpec;
}

const pathOf = ({ namespace, name }: { namespace: string; name: string }) =>
  `/budgets/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

export interface BudgetQuery {
  search?: string;
  unit?: BudgetUnit;
  sort?: string;
  order?: string;
  limit?: number;
  offset?: number;
}

export const listBudgets = (query: BudgetQuery, signal?: AbortSignal) =>
  callApi<Page<Budget>>(`/budgets${queryText({ ...query })}`, { signal });

/** All that match, as a file. */
export const exportBudgetsUrl = (query: BudgetQuery, format: 'csv' | 'json') =>
  `/api/v1/budgets${queryText({ ...query, format })}`;

export const getBudget = (place: { namespace: string; name: string }, signal?: AbortSignal) =>
  callApi<Budget>(pathOf(place), { signal });

export const previewBudget = (proposal: Proposal, signal?: AbortSignal) =>
  callApi<BudgetPreview>('/budgets:preview', { method: 'POST', body: proposal, signal });

export const simulateBudget = (proposal: Proposal & { from: string; to?: string }) =>
  callApi<Simulation>('/budgets:simulate', { method: 'POST', body: proposal });

export const holdsPath = (place: { namespace: string; name: string }) => `${pathOf(place)}/holds`;

export const getBurnDown = (
  place: { namespace: string; name: string },
  group: string | undefined,
  signal?: AbortSignal,
) => callApi<BurnDown>(`${pathOf(place)}/burn-down${queryText({ group })}`, { signal });

export const releaseHold = (place: { namespace: string; name: string }, id: string) =>
  callApi<void>(`${pathOf(place)}/holds/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const createBudget = (input: { name: string; spec: BudgetSpec }) =>
  callApi<Budget>('/budgets', { method: 'POST', body: input });

export const updateBudget = (budget: Budget, spec: BudgetSpec) =>
  callApi<Budget>(pathOf(budget), { method: 'PUT', body: { spec, resourceVersion: budget.resourceVersion } });

export const deleteBudget = (budget: Budget) => callApi<void>(pathOf(budget), { method: 'DELETE' });
