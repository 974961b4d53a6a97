import type { BudgetCounter, BudgetUnit } from './budgets.ts';
import { callApi, queryText } from './client.ts';
import type { IssuedKey, Key, KeyChange, KeyInput, Page } from './types.ts';

/** A counter that a key draws on: of a budget, or of a limit of the key itself. */
export interface KeyBudget extends BudgetCounter {
  name?: string;
  unit?: BudgetUnit;
}

export interface KeyQuery {
  search?: string;
  status?: string;
  sort?: string;
  order?: string;
  limit?: number;
  offset?: number;
}

const pathOf = (key: { namespace: string; name: string }) =>
  `/keys/${encodeURIComponent(key.namespace)}/${encodeURIComponent(key.name)}`;

export const listKeys = (query: KeyQuery, signal?: AbortSignal) =>
  callApi<Page<Key>>(`/keys${queryText({ ...query })}`, { signal });

export const getKey = (key: { namespace: string; name: string }, signal?: AbortSignal) =>
  callApi<Key>(pathOf(key), { signal });

export const budgetsOfKey = (key: { namespace: string; name: string }, signal?: AbortSignal) =>
  callApi<{ items: KeyBudget[] }>(`${pathOf(key)}/budgets`, { signal });

export const createKey = (input: KeyInput) => callApi<IssuedKey>('/keys', { method: 'POST', body: input });

/** Refused with 409 when the key is another version by now. */
export const changeKey = (key: Key, change: KeyChange) =>
  callApi<Key>(pathOf(key), { method: 'PATCH', body: { resourceVersion: key.resourceVersion, ...change } });

export const setDisabled = (key: Key, disabled: boolean) =>
  callApi<Key>(pathOf(key), { method: 'PATCH', body: { resourceVersion: key.resourceVersion, disabled } });

export const rotateKey = (key: Key, graceSeconds: number) =>
  callApi<IssuedKey>(`${pathOf(key)}/rotate`, { method: 'POST', body: { graceSeconds } });

export interface ImportOutcome {
  /** Of the key that was sent, from 0. */
  index: number;
  name: string;
  ok: boolean;
  error?: string;
  /** Only of keys that were made, and only in this answer. */
  value?: string;
}

export const importKeys = (keys: object[], dryRun: boolean) =>
  callApi<{ results: ImportOutcome[] }>('/keys:import', { method: 'POST', body: { keys, dryRun } });

export const deleteKey = (key: Key) => callApi<void>(pathOf(key), { method: 'DELETE' });
