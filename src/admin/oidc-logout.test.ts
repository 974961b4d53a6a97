/** Leaving the identity provider too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { logIn, next, settings, startAdmin } from './oidc-browser.fixture.ts';
import { clientId, startOpenIdProvider } from './openid-provider.fixture.ts';

test('after the session here has ended, the provider ends its own, where it announces a logout', async (t) => {
  const { admin, provider } = await startAdmin(t);
  provider.people['anna'] = { groups: ['platform'] };
  const { browser, cookie } = await logIn(admin, 'anna');
  const isLoggedIn = async () => (await admin.call('GET', '/session', undefined, { cookie })).status === 200;
  const away = await browser.go(`${admin.url}/api/v1/oidc/logout`);
  assert.ok(await isLoggedIn(), 'a link to the logout ends no session here');
  assert.equal(away.headers.getSetCookie().length, 0);
  const { csrf } = (await admin.call('GET', '/session', undefined, { cookie })).body;
  await admin.call('DELETE', '/session', undefined, { cookie, 'x-tollgate-csrf': csrf });
  assert.ok(!(await isLoggedIn()));
  const methods = async (query: string) =>
    (await admin.call('GET', `/login-methods${query}`, undefined, {})).body.oidc;
  assert.deepEqual(await methods(''), { name: 'Example ID' });
  assert.deepEqual(await methods('?logout=true'), { name: 'Example ID', logout: true });

  // As long as only this session has ended, the provider lets the same person in without a word.
  const begun = await browser.go(`${admin.url}/api/v1/oidc/login`);
  const known = await browser.go(next(begun, admin.url));
  assert.ok(next(known, provider.issuer).startsWith(`${admin.url}/api/v1/oidc/callback?`));

  const leave = next(away, admin.url);
  assert.equal(leave, `${provider.issuer}/session/end?client_id=${clientId}`);
  const page = await (await browser.go(leave)).text();
  const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(page) ?? [];
  await browser.go(`${provider.issuer}/session/end/confirm`, {
    method: 'POST',
    body: `xsrf=${xsrf}&logout=yes`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const again = await browser.go(next(await browser.go(`${admin.url}/api/v1/oidc/login`), admin.url));
  assert.match(next(again, provider.issuer), /\/interaction\//, 'now it asks who it is');
  const foreign = { 'sec-fetch-site': 'cross-site' };
  assert.equal((await admin.call('GET', '/oidc/logout', undefined, foreign)).status, 403);
});

test('a provider that announces no logout, or is gone, has none, and the console says so', async (t) => {
  const provider = await startOpenIdProvider(t, () => `${admin.url}/api/v1/oidc/callback`, false);
  const admin: TestAdmin = await startTestAdmin(t, { oidc: { ...settings, issuer: provider.issuer } });
  const gone = await startTestAdmin(t, { oidc: { ...settings, issuer: 'http://127.0.0.1:1' } });
  for (const { url, call } of [admin, gone]) {
    const { body } = await call('GET', '/login-methods?logout=true', undefined, {});
    assert.deepEqual(body.oidc, { name: 'Example ID', logout: false });
    const answer = await fetch(`${url}/api/v1/oidc/logout`, { redirect: 'manual' });
    assert.equal(answer.headers.get('location'), '/?loginProblem=no_logout');
  }
  const bare = await startTestAdmin(t);
  assert.equal((await bare.call('GET', '/oidc/logout', undefined, {})).status, 404);
});
