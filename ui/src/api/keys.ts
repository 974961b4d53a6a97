import { callApi, queryText } from './client.ts';
import type { IssuedKey, Key, KeyInput, Page } from './types.ts';

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

export const createKey = (input: KeyInput) => callApi<IssuedKey>('/keys', { method: 'POST', body: input });

export const setDisabled = (key: Key, disabled: boolean) =>
  callApi<Key>(pathOf(key), { method: 'PATCH', body: { resourceVersion: key.resourceVersion, disabled } });

export const rotateKey = (key: Key, graceSeconds: number) =>
  callApi<IssuedKey>(`${pathOf(key)}/rotate`, { method: 'POST', body: { graceSeconds } });

export const deleteKey = (key: Key) => callApi<void>(pathOf(key), { method: 'DELETE' });
