import { callApi } from './client.ts';

export type TokenRole = 'admin' | 'viewer' | 'owner';

export interface AdminToken {
  name: string;
  role: TokenRole;
  /** Of an owner. */
  team?: string;
  createdAt: string;
}

/** `value` is in this answer only. */
export const createToken = (input: { name: string; role: TokenRole; team?: string }) =>
  callApi<{ token: AdminToken; value: string }>('/tokens', { method: 'POST', body: input });

export const deleteToken = (name: string) =>
  callApi<void>(`/tokens/${encodeURIComponent(name)}`, { method: 'DELETE' });
