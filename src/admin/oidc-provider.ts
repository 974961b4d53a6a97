/** The identity provider, by openid-client, which is loaded at the first login. */
import { readFileSync } from 'node:fs';
import type * as Client from 'openid-client';
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import { claimAt } from '../core/login/role-map.ts';
import { OidcFault } from './oidc-fault.ts';

/** Of each request to it. */
const timeoutSeconds = 5;
/** What its metadata says is asked for again after that. */
const metadataMs = 10 * 60_000;
/** Clocks may differ by so much. */
const toleranceSeconds = 60;

interface Way {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
}

export type Claims = Readonly<Record<string, unknown>> & { sub: string };

export class OidcProvider {
  readonly #settings: OidcSettings;
  #known:
    | { client: Promise<[typeof Client, Client.Configuration]>; secret: string; sinceMs: number }
    | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  async authorizationUrl({ state, nonce, verifier, redirectUri }: Way): Promise<string> {
    const [client, configuration] = await this.#configuration();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.#settings.scopes,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /** Of a code that was brought back, validated: signature, issuer, audience, times, nonce. `wanted` is looked for in userinfo too. */
  async claims(way: Way, query: URLSearchParams, wanted: string): Promise<Claims> {
    const [client, configuration] = await this.#configuration();
    try {
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(`${way.redirectUri}?${query}`),
        {
          expectedState: way.state,
          expectedNonce: way.nonce,
          pkceCodeVerifier: way.verifier,
          idTokenExpected: true,
        },
      );
      const claims = tokens.claims() as Claims;
      if (
        claimAt(claims, wanted) !== undefined ||
        configuration.serverMetadata().userinfo_endpoint === undefined
      )
        return claims;
      const more = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...more, ...claims };
    } catch (error) {
      throw faultOf(client, error);
    }
  }

  async logoutUrl(): Promise<string | undefined> {
    const [client, configuration] = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    try {
      const url = client.buildEndSessionUrl(configuration, {});
      return /^https?:$/.test(url.protocol) ? url.href : undefined;
    } catch (error) {
      throw new OidcFault('unavailable', `the provider's logout cannot be gone to: ${reasonOf(error)}`);
    }
  }

  async #configuration(): Promise<[typeof Client, Client.Configuration]> {
    const secret = this.#secret();
    const now = performance.now();
    if (this.#known?.secret !== secret || now - this.#known.sinceMs > metadataMs)
      this.#known = { client: discover(this.#settings, secret), secret, sinceMs: now };
    const { client } = this.#known;
    try {
      return await client;
    } catch (error) {
      if (this.#known?.client === client) this.#known = undefined;
      throw new OidcFault('unavailable', `the provider's metadata cannot be had: ${reasonOf(error)}`);
    }
  }

  /** An unreadable secret is a refused login, never an empty secret. */
  #secret(): string {
    const { clientSecretFile: path } = this.#settings;
    if (path === undefined) return '';
    try {
      const secret = readFileSync(path, 'utf8').trim();
      if (secret !== '') return secret;
    } catch (error) {
      throw new OidcFault(
        'unavailable',
        `the client secret's file cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      );
    }
    throw new OidcFault('unavailable', "the client secret's file is empty");
  }
}

async function discover(
  { issuer, clientId }: OidcSettings,
  secret: string,
): Promise<[typeof Client, Client.Configuration]> {
  const client = await import('openid-client');
  const isPlain = issuer.startsWith('http:');
  const configuration = await client.discovery(
    new URL(issuer),
    clientId,
    { [client.clockTolerance]: toleranceSeconds },
    secret === '' ? client.None() : withSecret(client, secret),
    {
      timeout: timeoutSeconds,
      // Without it the id token's signature is not looked at, as it came from the provider itself.
      execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
    },
  );
  return [client, configuration];
}

/** In the header, unless the provider says that it takes the secret in the body alone. */
function withSecret(client: typeof Client, secret: string): Client.ClientAuth {
  const [inHeader, inBody] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isBodyAlone = !taken.includes('client_secret_basic') && taken.includes('client_secret_post');
    (isBodyAlone ? inBody : inHeader)(server, ...rest);
  };
}

function faultOf(client: typeof Client, error: unknown): OidcFault {
  if (error instanceof client.AuthorizationResponseError)
    return new OidcFault('refused', `the provider refused the login: ${error.error}`);
  if (error instanceof client.ResponseBodyError)
    return new OidcFault('failed', `the provider did not take the code: ${error.error}`);
  const { code } = error as { code?: string };
  const isGone = code === 'OAUTH_TIMEOUT' || (error as Error).message === 'fetch failed';
  return new OidcFault(isGone ? 'unavailable' : 'failed', reasonOf(error));
}

/** What the library says of itself; never what was sent. */
function reasonOf(error: unknown): string {
  const { message, code, cause } = error as {
    message?: string;
    code?: string;
    cause?: { code?: string; message?: string };
  };
  const below = cause?.code ?? (cause instanceof Error ? cause.message : undefined);
  return [message, code, below]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .slice(0, 300);
}
