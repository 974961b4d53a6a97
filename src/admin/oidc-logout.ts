/** `/oidc/logout`: ends the session at the identity provider too, where it announces how (OpenID Connect RP-Initiated Logout). */
import { OidcFault } from './oidc-fault.ts';
import type { OidcLogin } from './oidc-login.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';

/**
 * The session here has ended before: this ends none, so nobody is logged out of the console by a link. No id token goes along, as none
 * is kept, and no address to come back to: the provider asks whom it does not know, and says itself that it is done.
 */
export function oidcLogoutRoute(login: OidcLogin | undefined): Route {
  return {
    method: 'GET',
    path: '/oidc/logout',
    access: 'open',
    summary: 'For browsers: goes to the identity provider’s logout',
    answer: { status: 302, description: 'Elsewhere' },
    async serve({ context }) {
      if (login === undefined) throw notFound('identity provider configured here');
      const location = await logoutUrlOf(login);
      if (location === undefined) {
        context.log.info({ logout: 'oidc', fault: 'the provider announces no logout' }, 'admin API');
        return { status: 302, headers: { location: '/?loginProblem=no_logout' } };
      }
      return { status: 302, headers: { location } };
    },
  };
}

/** Undefined too where the provider cannot be asked. */
export async function logoutUrlOf(login: OidcLogin): Promise<string | undefined> {
  try {
    return await login.logoutUrl();
  } catch (error) {
    if (error instanceof OidcFault) return undefined;
    throw error;
  }
}
