/** The console's login with a real OpenID provider. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin } from './admin-api.fixture.ts';
import { Browser, goThrough, logIn, secretFile, settings, startAdmin } from './oidc-browser.fixture.ts';
import { clientSecret, startOpenIdProvider } from './openid-provider.fixture.ts';

test('people get the role of their groups, a team where they own one, and end as every session does', async (t) => {
  const { admin, provider } = await startAdmin(t);
  Object.assign(provider.people, {
    anna: { email: 'anna@example.com', email_verified: true, groups: ['everyone', 'platform'] },
    lee: { preferred_username: 'lee', groups: 'research' },
    mo: { email: 'admin', email_verified: false, preferred_username: 'admin (kubectl)', groups: ['finance'] },
  });
  assert.deepEqual((await admin.call('GET', '/login-methods', undefined, {})).body.oidc, {
    name: 'Example ID',
  });
  const anna = await logIn(admin, 'anna', '/keys?search=a#top');
  assert.equal(anna.location, '/keys?search=a#top');
  const [way, opened] = anna.response.headers.getSetCookie();
  assert.match(way!, /^tollgate_oidc=; .*Max-Age=0$/);
  assert.match(opened!, /^tollgate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/);
  const session = (await admin.call('GET', '/session', undefined, { cookie: anna.cookie })).body;
  assert.deepEqual(
    { ...session, csrf: '' },
    {
      role: 'admin',
      name: 'anna@example.com',
      from: 'oidc',
      csrf: '',
    },
  );
  const lee = await logIn(admin, 'lee');
  const ofLee = (await admin.call('GET', '/session', undefined, { cookie: lee.cookie })).body;
  assert.deepEqual(
    { ...ofLee, csrf: '' },
    {
      role: 'owner',
      name: 'lee',
      from: 'oidc',
      team: 'research',
      csrf: '',
    },
  );
  assert.equal((await admin.call('GET', '/tokens', undefined, { cookie: lee.cookie })).status, 403);
  const made = { cookie: lee.cookie, 'x-tollgate-csrf': ofLee.csrf };
  assert.deepEqual((await admin.call('POST', '/keys', { name: 'by-lee' }, made)).body.key.labels, {
    team: 'research',
  });
  await logIn(admin, 'mo');
  const audit = await admin.call('GET', '/audit?limit=10');
  const entries = audit.body.items.map(({ actor, role, action }: Record<string, string>) => [
    actor,
    role,
    action,
  ]);
  assert.deepEqual(entries, [
    ['admin kubectl (oidc)', 'viewer', 'login'],
    ['lee (oidc)', 'owner', 'keys.create'],
    ['lee (oidc)', 'owner', 'login'],
    ['anna@example.com (oidc)', 'admin', 'login'],
  ]);
  admin.clock.nowMs += 8 * 3_600_000;
  assert.equal((await admin.call('GET', '/session', undefined, { cookie: anna.cookie })).status, 401);
});

test('who has no role here is told so and gets no session; a login that was cancelled, too', async (t) => {
  const { admin, provider } = await startAdmin(t);
  provider.people['eve'] = { email: 'eve@example.com', groups: ['Platform', 'platform admins'] };
  provider.people['bare'] = {};
  for (const [user, problem] of [
    ['eve', 'no_role'],
    ['bare', 'no_role'],
    ['', 'refused'],
  ] as const) {
    const { location, browser, response } = await logIn(admin, user);
    assert.equal(location, `/?loginProblem=${problem}`);
    assert.equal(browser.cookie(admin.url, 'tollgate_session'), undefined);
    assert.equal(response.headers.getSetCookie().length, 1);
  }
  const [, entry] = (await admin.call('GET', '/audit')).body.items;
  assert.deepEqual(
    [entry.action, entry.object, entry.role],
    ['login.refused', 'Login/eve@example.com', 'none'],
  );
});

test('a way back is taken once, by the browser that went, while it holds, as the provider sent it', async (t) => {
  const { admin, provider } = await startAdmin(t);
  provider.people['anna'] = { groups: ['platform'] };
  const { browser, back } = await logIn(admin, 'anna');
  assert.equal((await browser.go(back)).headers.get('location'), '/?loginProblem=expired');
  // Whoever is handed another one's way back (login CSRF), and a cookie that was kept from before.
  const victim = new Browser();
  const away = await goThrough(new Browser(), admin, 'anna');
  assert.equal((await victim.go(away)).headers.get('location'), '/?loginProblem=expired');
  const kept = new Browser();
  const own = await goThrough(kept, admin, 'anna');
  const cookie = `tollgate_oidc=${kept.cookie(admin.url, 'tollgate_oidc')}`;
  const go = (url: string) => fetch(url, { headers: { cookie }, redirect: 'manual' });
  assert.equal((await go(own)).headers.get('location'), '/');
  assert.equal((await go(own)).headers.get('location'), '/?loginProblem=expired');
  const late = new Browser();
  const tooLate = await goThrough(late, admin, 'anna');
  admin.clock.nowMs += 10 * 60_000;
  assert.equal((await late.go(tooLate)).headers.get('location'), '/?loginProblem=expired');
  for (const [name, value] of [
    ['iss', 'https://other.example'],
    ['code', 'guessed'],
  ] as const) {
    const mixed = new Browser();
    const url = new URL(await goThrough(mixed, admin, 'anna'));
    url.searchParams.set(name, value);
    assert.equal((await mixed.go(url.href)).headers.get('location'), '/?loginProblem=failed', name);
    assert.equal(mixed.cookie(admin.url, 'tollgate_session'), undefined);
  }
});

test('nobody is led elsewhere after the login', async (t) => {
  const { admin, provider } = await startAdmin(t);
  provider.people['anna'] = { groups: ['platform'] };
  const elsewhere = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/x/../../evil.example//',
    '/.//evil.example',
    'javascript:alert(1)',
    '/api/v1/keys',
    'evil',
    `/${'x'.repeat(1_000)}`,
  ];
  for (const returnTo of elsewhere) {
    const { location } = await logIn(admin, 'anna', returnTo);
    assert.ok(location === '/' || location === '/evil.example//', `${returnTo} → ${location}`);
    assert.equal(new URL(location, admin.url).host, new URL(admin.url).host);
  }
});

test('other pages may bring a browser back, and nothing else; the secret is in no answer and no log', async (t) => {
  const { admin, provider } = await startAdmin(t);
  provider.people['anna'] = { groups: ['platform'] };
  const foreign = { 'sec-fetch-site': 'cross-site' };
  assert.equal((await admin.call('GET', '/oidc/login', undefined, foreign)).status, 403);
  assert.equal((await admin.call('GET', '/login-methods', undefined, foreign)).status, 403);
  const shown = (await admin.call('GET', '/oidc')).body;
  assert.equal(shown.callback, `${admin.url}/api/v1/oidc/callback`);
  assert.equal(shown.hasSecret, true);
  assert.deepEqual(shown.roles[2], { value: 'research', role: 'owner', team: 'research' });
  assert.ok(!JSON.stringify(shown).includes(secretFile));
  const { cookie } = await logIn(admin, 'anna');
  assert.equal((await admin.call('GET', '/keys', undefined, { cookie, ...foreign })).status, 403);
  const csrfless = await admin.call('DELETE', '/session', undefined, { cookie });
  assert.equal(csrfless.body.error.code, 'csrf');
  const { csrf } = (await admin.call('GET', '/session', undefined, { cookie })).body;
  const ended = await admin.call('DELETE', '/session', undefined, { cookie, 'x-tollgate-csrf': csrf });
  assert.equal(ended.status, 204);
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 401);
  assert.ok(!JSON.stringify(admin.logged).includes(clientSecret));
  const bare = await startTestAdmin(t);
  assert.equal((await bare.call('GET', '/oidc/login', undefined, {})).status, 404);
  assert.equal((await bare.call('GET', '/oidc/callback?code=x&state=y', undefined, {})).status, 404);
});

test('a console behind a proxy with TLS: its name is served, and its cookies are secure', async (t) => {
  const provider = await startOpenIdProvider(t, () => 'https://gateway.example.com/api/v1/oidc/callback');
  const consoleUrl = 'https://gateway.example.com';
  const admin = await startTestAdmin(t, { oidc: { ...settings, issuer: provider.issuer }, consoleUrl });
  const { rawGet } = await import('./admin-api.fixture.ts');
  const begun = await rawGet(admin.url, '/api/v1/oidc/login', { host: 'gateway.example.com' });
  assert.match(String(begun.headers['set-cookie']), /^tollgate_oidc=\S+ .*; Secure; Max-Age=600$/);
  const { searchParams } = new URL(String(begun.headers['location']));
  assert.equal(searchParams.get('redirect_uri'), 'https://gateway.example.com/api/v1/oidc/callback');
  assert.equal((await rawGet(admin.url, '/api/v1/oidc/login', { host: 'evil.example.com' })).status, 403);
});
