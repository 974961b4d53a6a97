/** The console's login with providers that lie, are gone, or do not answer. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { type HostileProvider, type Lies, startHostileProvider } from './hostile-provider.fixture.ts';

const settings: OidcSettings = {
  issuer: '',
  clientId: 'console',
  claim: 'groups',
  roles: [{ value: 'platform', role: 'admin' }],
  scopes: 'openid groups',
  name: 'Example ID',
  sessionHours: 12,
};

async function start(t: TestContext, more: Partial<OidcSettings> = {}) {
  const provider = await startHostileProvider(t, settings.clientId);
  const admin = await startTestAdmin(t, { oidc: { ...settings, issuer: provider.issuer, ...more } });
  return { provider, admin };
}

/** The page that the login ends on. */
async function logIn(admin: TestAdmin, provider: HostileProvider, more = ''): Promise<string> {
  const begun = await fetch(`${admin.url}/api/v1/oidc/login`, { redirect: 'manual' });
  const location = begun.headers.get('location')!;
  if (location.startsWith('/')) return location;
  const asked = new URL(location).searchParams;
  provider.nonce = asked.get('nonce')!;
  const cookie = begun.headers.get('set-cookie')!.split(';', 1)[0]!;
  const back = `${admin.url}/api/v1/oidc/callback?code=x&state=${asked.get('state')}${more}`;
  const answer = await fetch(back, { headers: { cookie }, redirect: 'manual' });
  const hasSession = answer.headers.getSetCookie().some((line) => line.startsWith('tollgate_session='));
  assert.equal(hasSession, answer.headers.get('location') === '/');
  return answer.headers.get('location')!;
}

test('a token that is not what it should be opens nothing', async (t) => {
  const { provider, admin } = await start(t);
  const now = Math.floor(Date.now() / 1000);
  assert.equal(await logIn(admin, provider), '/');
  const wrong: Record<string, Partial<Lies>> = {
    'issued by another': { claims: { iss: 'https://other.example' } },
    'for another': { claims: { aud: 'another-client' } },
    'for several, to another': { claims: { aud: ['console', 'other'], azp: 'other' } },
    'of another login': { claims: { nonce: 'replayed' } },
    'without nonce': { claims: { nonce: undefined } },
    expired: { claims: { exp: now - 120 } },
    'of the future': { claims: { nbf: now + 300 } },
    'without an end': { claims: { exp: undefined } },
    'of nobody': { claims: { sub: undefined } },
    'signed by another': { signWith: 'other key' },
    'signed by nobody': { header: { alg: 'none' }, signWith: 'nothing' },
    'signed with a shared secret': { header: { alg: 'HS256' } },
    'with a key that is not published': { header: { kid: 'k2' } },
  };
  for (const [what, lie] of Object.entries(wrong)) {
    Object.assign(provider.lies, { claims: {}, header: {}, signWith: undefined }, lie);
    assert.equal(await logIn(admin, provider), '/?loginProblem=failed', what);
  }
  Object.assign(provider.lies, {
    claims: { exp: now - 20, iat: now - 400 },
    header: {},
    signWith: undefined,
  });
  assert.equal(await logIn(admin, provider), '/', 'clocks differ by less than a minute');
});

test('groups that only userinfo has count, unless userinfo speaks of somebody else', async (t) => {
  const { provider, admin } = await start(t);
  provider.lies.claims = { groups: undefined };
  assert.equal(await logIn(admin, provider), '/?loginProblem=no_role');
  provider.lies.userinfo = { groups: 'platform' };
  assert.equal(await logIn(admin, provider), '/');
  provider.lies.userinfo = { groups: ['platform'], sub: 'somebody-else' };
  assert.equal(await logIn(admin, provider), '/?loginProblem=failed');
});

test('metadata of another issuer, and an answer that names another one (mix-up), are refused', async (t) => {
  const other = await start(t);
  other.provider.lies.metadata = { issuer: 'https://other.example' };
  assert.equal(await logIn(other.admin, other.provider), '/?loginProblem=unavailable');
  const { provider, admin } = await start(t);
  provider.lies.metadata = { authorization_response_iss_parameter_supported: true };
  assert.equal(await logIn(admin, provider), '/?loginProblem=failed', 'it must name itself');
  const mixedUp = `&iss=${encodeURIComponent('https://other.example')}`;
  assert.equal(await logIn(admin, provider, mixedUp), '/?loginProblem=failed');
  assert.equal(await logIn(admin, provider, `&iss=${encodeURIComponent(provider.issuer)}`), '/');
});

test('a provider that is down keeps nobody from starting, and other logins work; once it is back, so does this one', async (t) => {
  const { provider, admin } = await start(t);
  provider.lies.metadata = { token_endpoint: undefined };
  provider.lies.silent = ['/.well-known/openid-configuration'];
  assert.deepEqual(provider.asked, [], 'it is asked at a login, never before');
  const waits = [logIn(admin, provider), logIn(admin, provider)];
  const token = new URL(await admin.server.loginUrl()).searchParams.get('login');
  assert.equal((await admin.call('POST', '/session', { token }, {})).status, 200);
  assert.deepEqual(await Promise.all(waits), Array(2).fill('/?loginProblem=unavailable'));
  assert.equal(provider.asked.length, 1, 'both waited for one answer');
  provider.lies.silent = [];
  provider.lies.metadata = {};
  assert.equal(await logIn(admin, provider), '/');
  const nowhere = await startTestAdmin(t, { oidc: { ...settings, issuer: 'http://127.0.0.1:1' } });
  assert.equal(await logIn(nowhere, provider), '/?loginProblem=unavailable');
});

test('the client secret is read at each login; without it nobody is sent away', async (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'oidc-')), 'secret');
  const { provider, admin } = await start(t, { clientSecretFile: path });
  assert.equal(await logIn(admin, provider), '/?loginProblem=unavailable');
  writeFileSync(path, '\n');
  assert.equal(await logIn(admin, provider), '/?loginProblem=unavailable');
  writeFileSync(path, 'first-secret\n');
  assert.equal(await logIn(admin, provider), '/');
  writeFileSync(path, 'second-secret\n');
  assert.equal(await logIn(admin, provider), '/');
  rmSync(path);
  assert.equal(await logIn(admin, provider), '/?loginProblem=unavailable');
  assert.ok(!/first-secret|second-secret/.test(JSON.stringify(admin.logged)));
});

test('a login that began at one gateway ends at another with the same key, and nowhere else', async (t) => {
  const { provider, admin: here } = await start(t);
  const oidc = { ...settings, issuer: provider.issuer };
  const loginKey = Buffer.alloc(32, 7);
  const [one, two] = [
    await startTestAdmin(t, { oidc, loginKey }),
    await startTestAdmin(t, { oidc, loginKey }),
  ];
  const begun = await fetch(`${one.url}/api/v1/oidc/login`, { redirect: 'manual' });
  const asked = new URL(begun.headers.get('location')!).searchParams;
  provider.nonce = asked.get('nonce')!;
  const cookie = begun.headers.get('set-cookie')!.split(';', 1)[0]!;
  const endAt = async ({ url }: TestAdmin) => {
    const back = `${url}/api/v1/oidc/callback?code=x&state=${asked.get('state')}`;
    return (await fetch(back, { headers: { cookie }, redirect: 'manual' })).headers.get('location');
  };
  assert.equal(await endAt(here), '/?loginProblem=expired');
  assert.equal(await endAt(two), '/');
});
