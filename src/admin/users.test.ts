import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { hashPassword, isPassword } from './password-hash.ts';

const good = 'correct horse battery';
const other = 'another horse battery';

async function logIn(admin: TestAdmin, user: string, password: string) {
  const answer = await admin.call('POST', '/session', { user, password }, {});
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const headers = { cookie, 'x-tollgate-csrf': String(answer.body.csrf) };
  const see = (path: string) => admin.call('GET', path, undefined, { cookie });
  return { answer, headers, see };
}

test('a user logs in with name and password, has the role, and is told apart in the audit log', async (t) => {
  const admin = await startTestAdmin(t);
  assert.equal((await admin.call('GET', '/login-methods', undefined, {})).body.password, false);
  const made = await admin.call('POST', '/users', { name: 'anna', role: 'viewer', password: good });
  assert.equal(made.status, 201);
  const at = '2026-11-25T12:00:00.000Z';
  const anna = { name: 'anna', role: 'viewer', disabled: false, createdAt: at, passwordChangedAt: at };
  assert.deepEqual(made.body, anna);
  const lee = { name: 'lee@example.com', role: 'owner', team: 'research', password: good };
  await admin.call('POST', '/users', lee);
  assert.deepEqual((await admin.call('GET', '/users')).body.items[0], anna);
  assert.equal((await admin.call('GET', '/login-methods', undefined, {})).body.password, true);
  const { answer, headers, see } = await logIn(admin, ' Anna ', good);
  assert.deepEqual(
    { ...answer.body, csrf: '' },
    {
      role: 'viewer',
      name: 'anna',
      from: 'password',
      csrf: '',
    },
  );
  assert.match(answer.headers.get('set-cookie')!, /HttpOnly; SameSite=Strict/);
  assert.equal((await see('/keys')).status, 200);
  assert.equal((await see('/users')).status, 403);
  assert.equal((await admin.call('POST', '/keys', { name: 'x' }, headers)).status, 403);
  const owner = await logIn(admin, 'lee@example.com', good);
  assert.equal(owner.answer.body.team, 'research');
  const key = await admin.call('POST', '/keys', { name: 'by-lee' }, owner.headers);
  assert.deepEqual(key.body.key.labels, { team: 'research' });
  const { items } = (await admin.call('GET', '/audit')).body;
  assert.deepEqual([items[0].actor, items[0].action], ['lee@example.com (password)', 'keys.create']);
  assert.ok(!JSON.stringify([items, admin.logged]).includes('horse'));
});

test('another password, another role, disabling and deleting are in force at once', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/users', { name: 'anna', role: 'viewer', password: good });
  const { see } = await logIn(admin, 'anna', good);
  await admin.call('PATCH', '/users/anna', { role: 'admin' });
  assert.equal((await see('/users')).status, 200);
  await admin.call('PATCH', '/users/anna', { password: other });
  assert.equal((await see('/session')).status, 401);
  assert.equal((await logIn(admin, 'anna', good)).answer.status, 401);
  const second = await logIn(admin, 'anna', other);
  await admin.call('PATCH', '/users/anna', { disabled: true });
  assert.equal((await second.see('/session')).status, 401);
  assert.equal((await logIn(admin, 'anna', other)).answer.body.error.message, 'user or password is wrong');
  await admin.call('PATCH', '/users/anna', { disabled: false });
  assert.equal((await second.see('/session')).status, 200);
  await admin.call('DELETE', '/users/anna');
  assert.equal((await second.see('/session')).status, 401);
  await admin.call('POST', '/users', { name: 'anna', role: 'admin', password: other });
  assert.equal((await second.see('/session')).status, 401, 'a namesake is somebody else');
  assert.equal((await admin.call('DELETE', '/users/nobody')).status, 404);
});

test('somebody changes the own password: this session goes on, the others end', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/users', { name: 'anna', role: 'viewer', password: good });
  const [here, there] = [await logIn(admin, 'anna', good), await logIn(admin, 'anna', good)];
  const path = '/session/password';
  const wrong = await admin.call('PUT', path, { current: 'x', password: other }, here.headers);
  assert.deepEqual([wrong.status, wrong.body.error.field], [422, 'current']);
  const done = await admin.call('PUT', path, { current: good, password: other }, here.headers);
  assert.equal(done.status, 204);
  const cookie = done.headers.get('set-cookie')!.split(';', 1)[0]!;
  assert.equal((await admin.call('GET', '/session', undefined, { cookie })).status, 200);
  for (const old of [here, there]) assert.equal((await old.see('/session')).status, 401);
  const byToken = await admin.call('PUT', path, { current: good, password: other });
  assert.equal(byToken.body.error.code, 'no_password');
});

test('what a user is made with is checked', async (t) => {
  const admin = await startTestAdmin(t);
  const made = async (more: object) =>
    (await admin.call('POST', '/users', { name: 'anna', role: 'viewer', password: good, ...more })).body
      .error;
  assert.equal((await made({ password: 'too short' })).field, 'password');
  assert.equal((await made({ password: 'x'.repeat(257) })).field, 'password');
  assert.match((await made({ password: 'I am Anna for sure' })).message, /name in it/);
  assert.equal((await made({ name: 'Anna' })).field, 'name');
  assert.equal((await made({ name: '<b>' })).field, 'name');
  assert.equal((await made({ role: 'root' })).field, 'role');
  assert.equal((await made({ role: 'owner' })).field, 'team');
  assert.equal((await made({ team: 'research' })).field, 'team');
  assert.equal(await made({}), undefined);
  assert.equal((await made({})).code, 'exists');
  assert.equal((await admin.call('PATCH', '/users/anna', { role: 'owner' })).body.error.field, 'team');
  assert.equal((await admin.call('PATCH', '/users/anna', { name: 'b' })).body.error.field, 'name');
  const owner = { role: 'owner', team: 'research' };
  assert.equal((await admin.call('PATCH', '/users/anna', owner)).body.team, 'research');
  assert.equal((await admin.call('PATCH', '/users/anna', { role: 'viewer' })).body.team, undefined);
  for (const body of [{ user: 'anna' }, { password: good }, { user: 'anna', password: good, token: 'x' }])
    assert.equal((await admin.call('POST', '/session', body, {})).status, 422);
});

test('guessing is slowed down, also when all guesses come at once, and the token still opens', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/users', { name: 'anna', role: 'viewer', password: good });
  const guesses = await Promise.all(
    Array.from({ length: 14 }, (_, index) =>
      logIn(admin, index % 2 === 0 ? 'anna' : 'nobody', `guess ${index}`),
    ),
  );
  const statuses = guesses.map(({ answer }) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(4).fill(429)]);
  assert.equal((await logIn(admin, 'anna', good)).answer.status, 429);
  assert.equal((await admin.call('POST', '/session', { token: admin.token }, {})).status, 200);
  admin.clock.nowMs += 60_000;
  for (let turn = 0; turn < 12; turn += 1)
    assert.equal((await logIn(admin, 'anna', good)).answer.status, 200, 'logins that succeed are no guesses');
});

test('passwords are kept as scrypt with a salt each; composed characters are the same characters', async () => {
  const [one, two] = [
    await hashPassword(good, Buffer.alloc(16, 1)),
    await hashPassword(good, Buffer.alloc(16, 2)),
  ];
  assert.match(one, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assert.notEqual(one.split('$')[5], two.split('$')[5]);
  assert.equal(await isPassword(good, one), true);
  assert.equal(await isPassword(other, one), false);
  for (const damaged of [undefined, '', 'plain', one.slice(0, -4)])
    assert.equal(await isPassword(good, damaged), false);
  const accented = await hashPassword('caf\u00e9 caf\u00e9 caf\u00e9', Buffer.alloc(16, 3));
  assert.equal(await isPassword('cafe\u0301 cafe\u0301 cafe\u0301', accented), true);
});
