import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';

async function logIn(admin: TestAdmin, token: string) {
  const answer = await admin.call('POST', '/session', { token }, {});
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  return { answer, cookie, csrf: String(answer.body.csrf) };
}

test('the admin token opens a session; changes need its csrf; logging out ends it', async (t) => {
  const admin = await startTestAdmin(t);
  const { answer, cookie, csrf } = await logIn(admin, admin.token);
  assert.equal(answer.body.role, 'admin');
  assert.match(
    answer.headers.get('set-cookie')!,
    /^tollgate_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  assert.deepEqual((await admin.call('GET', '/session', undefined, { cookie })).body, {
    role: 'admin',
    csrf,
  });
  assert.equal((await admin.call('GET', '/keys', undefined, { cookie: `a=b; ${cookie}` })).status, 200);
  const key = { name: 'one' };
  for (const headers of [{ cookie }, { cookie, 'x-tollgate-csrf': 'wrong' }] as Record<string, string>[]) {
    const refused = await admin.call('POST', '/keys', key, headers);
    assert.equal(refused.status, 403);
    assert.equal(refused.body.error.code, 'csrf');
  }
  assert.equal((await admin.call('POST', '/keys', key, { cookie, 'x-tollgate-csrf': csrf })).status, 201);
  assert.equal(
    (await admin.call('DELETE', '/session', undefined, { cookie, 'x-tollgate-csrf': csrf })).status,
    204,
  );
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 401);
});

test('a session ends after twelve hours', async (t) => {
  const admin = await startTestAdmin(t);
  const { cookie } = await logIn(admin, admin.token);
  admin.clock.nowMs += 12 * 3_600_000 - 1;
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 200);
  admin.clock.nowMs += 1;
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 401);
});

test('a login link works once, for a quarter of an hour', async (t) => {
  const admin = await startTestAdmin(t);
  const code = async () => new URL(await admin.server.loginUrl()).searchParams.get('login')!;
  const first = await code();
  assert.equal((await logIn(admin, first)).answer.body.role, 'admin');
  assert.equal((await logIn(admin, first)).answer.status, 401);
  const second = await code();
  admin.clock.nowMs += 15 * 60_000;
  assert.equal((await logIn(admin, second)).answer.status, 401);
});

test('the holder of a key sees the session only; a key that is gone ends it', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('POST', '/keys', { name: 'mike-laptop', owner: 'mike' });
  const { answer, cookie, csrf } = await logIn(admin, body.value);
  assert.equal(answer.body.role, 'holder');
  for (const path of ['/keys', '/usage', '/calls', '/counters', '/keys/agentgateway-system/mike-laptop']) {
    assert.equal((await admin.call('GET', path, undefined, { cookie })).status, 403, path);
    const bearer = { authorization: `Bearer ${body.value}` };
    assert.equal((await admin.call('GET', path, undefined, bearer)).status, 403, path);
  }
  const changes = { cookie, 'x-tollgate-csrf': csrf };
  assert.equal((await admin.call('POST', '/keys', { name: 'x' }, changes)).status, 403);
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).body.role, 'holder');
  await admin.call('PATCH', '/keys/agentgateway-system/mike-laptop', { disabled: true });
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 401);
  await admin.call('DELETE', '/keys/agentgateway-system/mike-laptop');
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 401);
});

test('a key in a Secret logs in as well; a mistyped key is told apart', async (t) => {
  const admin = await startTestAdmin(t);
  assert.equal((await logIn(admin, 'sk-mike-key')).answer.body.role, 'holder');
  const { body } = await admin.call('POST', '/keys', { name: 'one' });
  const typo = `${body.value.slice(0, -1)}${body.value.endsWith('0') ? '1' : '0'}`;
  assert.match((await logIn(admin, typo)).answer.body.error.message, /checksum/);
});

test('guessing is slowed down, and nobody is locked out of the admin token', async (t) => {
  const admin = await startTestAdmin(t);
  for (let i = 0; i < 10; i++) assert.equal((await logIn(admin, `guess-${i}`)).answer.status, 401);
  const { answer } = await logIn(admin, 'sk-mike-key');
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('retry-after'), '60');
  const bearer = { authorization: 'Bearer sk-mike-key' };
  assert.equal((await admin.call('GET', '/session', undefined, bearer)).status, 429);
  assert.equal((await logIn(admin, admin.token)).answer.status, 200);
  admin.clock.nowMs += 60_000;
  assert.equal((await logIn(admin, 'sk-mike-key')).answer.status, 200);
});

test('what is sent as a login is checked, and never logged', async (t) => {
  const admin = await startTestAdmin(t);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await admin.call('POST', '/session', 'token=x', form)).status, 415);
  assert.equal((await admin.call('POST', '/session', '{"token":', {})).status, 400);
  assert.equal((await admin.call('POST', '/session', { token: 5 }, {})).body.error.field, 'token');
  assert.equal((await admin.call('POST', '/session', {}, {})).body.error.field, 'token');
  assert.equal((await admin.call('POST', '/session', { token: 'x'.repeat(2 ** 20) }, {})).status, 413);
  await logIn(admin, 'sk-mike-key');
  await logIn(admin, admin.token);
  const log = JSON.stringify(admin.logged);
  assert.ok(!log.includes('sk-mike-key') && !log.includes(admin.token));
  assert.match(log, /"action":"login"/);
});
