/** The session as it is known here, apart from the calls that change it: the client needs it for every call. */
import { createStore } from './store.ts';
import type { Session } from './types.ts';

export const session = createStore<Session | undefined>(undefined);
/** True while the dialog asks for a new login over the page, which stays as it is. */
export const isExpired = createStore(false);

let renewal: PromiseWithResolvers<void> | undefined;

/** Resolves when someone has logged in again; all calls that wait share one dialog. Rejects when that is given up. */
export function renewSession(): Promise<void> {
  renewal ??= Promise.withResolvers<void>();
  isExpired.set(true);
  return renewal.promise;
}

/** Ends the wait: with a new session, or with the error that those who wait get. */
export function settleRenewal(error?: Error): void {
  if (error === undefined) renewal?.resolve();
  else renewal?.reject(error);
  renewal = undefined;
  isExpired.set(false);
}
