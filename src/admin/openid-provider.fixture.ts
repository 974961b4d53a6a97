/** A real OpenID provider (oidc-provider) on a free port of this machine, with people, and a login form that browsers can fill in. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import Provider, { type Configuration } from 'oidc-provider';

export const clientId = 'tollgate-console';
export const clientSecret = 'only-for-this-test';

export interface OpenIdProvider {
  issuer: string;
  /** Login name → what the provider says of that person. */
  people: Record<string, Record<string, unknown>>;
}

/** `redirectUri` is the console's, which may be known later only. */
export async function startOpenIdProvider(
  t: Pick<TestContext, 'diagnostic'> & { after(end: () => void): void },
  redirectUri: () => string,
  /** Whether it announces a logout. */
  hasLogout = true,
): Promise<OpenIdProvider> {
  const people: OpenIdProvider['people'] = {};
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    provider ??= made();
    void answer(provider, people, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  function made(): Provider {
    const it = new Provider(issuer, configurationFor(redirectUri(), people, hasLogout));
    it.on('server_error', (_, error) => t.diagnostic(String(error)));
    return it;
  }
  return { issuer, people };
}

function configurationFor(
  redirectUri: string,
  people: OpenIdProvider['people'],
  hasLogout: boolean,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: { email: ['email', 'email_verified'], profile: ['preferred_username'], groups: ['groups'] },
    cookies: { keys: ['cookies-of-this-test'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: hasLogout } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  };
}

const form = `<!doctype html><html lang="en"><title>Provider</title><form method="post">
<label>User <input name="user"></label> <button>Continue</button> <button name="cancel" value="1">Cancel</button></form></html>`;

async function answer(
  provider: Provider,
  people: OpenIdProvider['people'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!request.url?.startsWith('/interaction/')) return provider.callback()(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(form);
    return;
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const fields = new URLSearchParams(body);
  const accountId = fields.get('user') ?? '';
  const isKnown = fields.get('cancel') === null && people[accountId] !== undefined;
  await provider.interactionFinished(
    request,
    response,
    isKnown ? { login: { accountId } } : { error: 'access_denied', error_description: 'cancelled' },
  );
}
