/** Who is logged in, and what to do when that ends while someone works. */

import { strings } from '../strings.ts';
import { ApiError, callApi } from './client.ts';
import { session, settleRenewal } from './session-state.ts';
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
export async function logIn(token: string): Promise<void> {
  const found = await callApi<Session>('/session', {
    method: 'POST',
    body: { token },
    unauthenticated: true,
  });
  session.set(found);
  settleRenewal();
}

/** Ends the session here even when the API does not answer. */
export async function logOut(): Promise<void> {
  settleRenewal(new ApiError(401, 'session', strings.errors.loggedOut));
  try {
    await callApi<void>('/session', { method: 'DELETE', unauthenticated: true });
  } catch {
    // Gone already, or out of reach: either way nobody is logged in here any more.
  }
  session.set(undefined);
}

/** Takes `?login=CODE` out of the address, so that it is in no history entry, bookmark or screenshot. */
export function takeLoginCode(location: Location, history: History): string | undefined {
  const url = new URL(location.href);
  const code = url.searchParams.get('login');
  if (code === null) return undefined;
  url.searchParams.delete('login');
  history.replaceState(history.state, '', `${url.pathname}${url.search}${url.hash}`);
  return code;
}
