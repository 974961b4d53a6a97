/** An OpenID provider that lies as it is told to: the console must believe none of it. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const published = rsa();

export interface Lies {
  /** Laid over the true metadata, and over the true claims. */
  metadata: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** Of the id token. */
  header: Record<string, unknown>;
  signWith?: 'other key' | 'nothing';
  /** Of userinfo. */
  userinfo: Record<string, unknown>;
  /** Paths that are never answered. */
  silent: string[];
}

export interface HostileProvider {
  issuer: string;
  lies: Lies;
  /** Of the login under way, which the token must have. */
  nonce: string;
  asked: string[];
}

export async function startHostileProvider(t: TestContext, clientId: string): Promise<HostileProvider> {
  const asked: string[] = [];
  const lies: Lies = { metadata: {}, claims: {}, header: {}, userinfo: {}, silent: [] };
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    asked.push(path);
    if (!lies.silent.includes(path)) answer(path, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: HostileProvider = { issuer, lies, nonce: '', asked };

  function answer(path: string, response: ServerResponse): void {
    const body = bodies[path]?.();
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }

  const bodies: Record<string, () => object> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      id_token_signing_alg_values_supported: ['RS256'],
      ...lies.metadata,
    }),
    '/jwks': () => ({
      keys: [{ ...published.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }],
    }),
    '/token': () => ({ access_token: 'opaque', token_type: 'Bearer', id_token: tokenOf(provider, clientId) }),
    '/userinfo': () => ({ sub: 'anna', ...lies.userinfo }),
  };
  return provider;
}

function tokenOf({ issuer, nonce, lies }: HostileProvider, clientId: string): string {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now, exp: now + 300 };
  const claims = {
    iss: issuer,
    aud: clientId,
    sub: 'anna',
    nonce,
    groups: ['platform'],
    ...times,
    ...lies.claims,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'RS256', kid: 'k1', ...lies.header })}.${part(claims)}`;
  if (lies.signWith === 'nothing') return `${head}.`;
  const key: KeyObject = lies.signWith === 'other key' ? rsa().privateKey : published.privateKey;
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}
