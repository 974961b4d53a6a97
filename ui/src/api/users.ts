import { callApi } from './client.ts';
import type { TokenRole } from './tokens.ts';

export interface User {
  name: string;
  role: TokenRole;
  /** Of an owner. */
  team?: string;
  disabled: boolean;
  createdAt: string;
  passwordChangedAt: string;
}

export interface UserChange {
  role?: TokenRole;
  team?: string;
  disabled?: boolean;
  password?: string;
}

/** All but the address of the way back are absent where no provider is configured. */
export interface OidcView {
  callback: string;
  issuer?: string;
  clientId?: string;
  hasSecret?: boolean;
  claim?: string;
  roles?: { value: string; role: TokenRole; team?: string }[];
  sessionHours?: number;
}

export const createUser = (input: UserChange & { name: string }) =>
  callApi<User>('/users', { method: 'POST', body: input });

export const changeUser = ({ name, ...change }: UserChange & { name: string }) =>
  callApi<User>(`/users/${encodeURIComponent(name)}`, { method: 'PATCH', body: change });

export const deleteUser = (name: string) =>
  callApi<void>(`/users/${encodeURIComponent(name)}`, { method: 'DELETE' });

export const getOidc = (signal?: AbortSignal) => callApi<OidcView>('/oidc', { signal });
