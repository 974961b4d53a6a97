/** Who is logged in, and what to do when that ends while someone works. */

import { strings } from '../strings.ts';
import { ApiError, callApi, queryText } from './client.ts';
import { session, settleRenewal } from './session-state.ts';
import { createStore } from './store.ts';
import type { Session } from './types.ts';

/** Undefined when nobody is logged in. */
export async function loadSession(): Promise<Session | undefined> {
  try {
    const found = await callApi<Session>('/session', { unauthenticated: true });
    session.set(found);
    return found;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}

/** `token`: the admin token, a one-time code or the value of a virtual key. */
export type Credentials = { token: string } | { user: string; password: string };

export async function logIn(credentials: Credentials): Promise<void> {
  const found = await callApi<Session>('/session', {
    method: 'POST',
    body: credentials,
    unauthenticated: true,
  });
  isKnownToProvider.set(false);
  session.set(found);
  settleRenewal();
}

/** Whether somebody has logged in elsewhere meanwhile, in another tab of this browser: then those who wait go on. */
export async function takeUpSession(): Promise<boolean> {
  if ((await loadSession()) === undefined) return false;
  settleRenewal();
  return true;
}

export interface LoginMethods {
  /** There are users with passwords. */
  password: boolean;
  /** By an identity provider. */
  oidc?: { name: string; logout?: boolean };
}

/** `logout`: whether the identity provider has a logout of its own is told too; it is asked for that. */
export const loginMethods = (logout?: 'true') =>
  callApi<LoginMethods>(`/login-methods${queryText({ logout })}`, { unauthenticated: true });

export const oidcLogoutUrl = '/api/v1/oidc/logout';

/** Somebody who came by the identity provider has just logged out here, and is logged in there still. */
export const isKnownToProvider = createStore(false);

/** For links: the browser goes to the identity provider, and comes back to this page of the console. */
export const oidcLoginUrl = (returnTo: string) => `/api/v1/oidc/login${queryText({ returnTo })}`;

/** The session goes on with another cookie, and so with another csrf value. */
export async function changePassword(current: string, password: string): Promise<void> {
  await callApi<void>('/session/password', { method: 'PUT', body: { current, password } });
  await loadSession();
}

/** Ends the session here even when the API does not answer. */
export async function logOut(): Promise<void> {
  settleRenewal(new ApiError(401, 'session', strings.errors.loggedOut));
  isKnownToProvider.set(session.get()?.from === 'oidc');
  try {
    await callApi<void>('/session', { method: 'DELETE', unauthenticated: true });
  } catch {
    // Gone already, or out of reach: either way nobody is logged in here any more.
  }
  session.set(undefined);
}

/** Takes `?login=CODE` out of the address, so that it is in no history entry, bookmark or screenshot. */
export const takeLoginCode = (location: Location, history: History) => takeOut('login', location, history);

/** Why a login by the identity provider came to nothing, as the gateway tells it in the address. */
export const takeLoginProblem = (location: Location, history: History) =>
  takeOut('loginProblem', location, history);

function takeOut(name: string, location: Location, history: History): string | undefined {
  const url = new URL(location.href);
  const found = url.searchParams.get(name);
  if (found === null) return undefined;
  url.searchParams.delete(name);
  history.replaceState(history.state, '', `${url.pathname}${url.search}${url.hash}`);
  return found;
}
