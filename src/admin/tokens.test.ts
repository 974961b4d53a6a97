import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';

async function ownerOf(admin: TestAdmin, team: string): Promise<Record<string, string>> {
  const { body } = await admin.call('POST', '/tokens', { name: `lead-${team}`, role: 'owner', team });
  return { authorization: `Bearer ${body.value}` };
}

test('a token is made with a role, opens sessions, and ends with them when it is deleted', async (t) => {
  const admin = await startTestAdmin(t);
  const made = await admin.call('POST', '/tokens', { name: 'ci', role: 'viewer' });
  assert.equal(made.status, 201);
  assert.match(made.body.value, /^tga_[\w-]{43}$/);
  const token = { name: 'ci', role: 'viewer', createdAt: '2026-11-25T12:00:00.000Z' };
  assert.deepEqual(made.body.token, token);
  assert.deepEqual((await admin.call('GET', '/tokens')).body.items, [token]);
  const bearer = { authorization: `Bearer ${made.body.value}` };
  assert.deepEqual((await admin.call('GET', '/session', undefined, bearer)).body, {
    role: 'viewer',
    name: 'ci',
    csrf: '',
  });
  const login = await admin.call('POST', '/session', { token: made.body.value }, {});
  const cookie = login.headers.get('set-cookie')!.split(';', 1)[0]!;
  assert.equal((await admin.call('GET', '/keys', undefined, { cookie })).status, 200);
  const change = { cookie, 'x-tollgate-csrf': login.body.csrf };
  assert.equal((await admin.call('POST', '/keys', { name: 'x' }, change)).body.error.code, 'role');
  assert.equal((await admin.call('DELETE', '/tokens/ci')).status, 204);
  assert.equal((await admin.call('GET', '/keys', undefined, { cookie })).status, 401);
  assert.equal((await admin.call('GET', '/keys', undefined, bearer)).status, 401);
  assert.equal((await admin.call('DELETE', '/tokens/ci')).status, 404);
  assert.ok(!JSON.stringify(admin.logged).includes(made.body.value));
});

test('what makes no token is refused by field', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/tokens', { name: 'ci', role: 'admin' });
  for (const [body, status, field] of [
    [{ name: 'ci', role: 'viewer' }, 409, 'name'],
    [{ name: 'admin', role: 'viewer' }, 409, 'name'],
    [{ name: 'Ci!', role: 'viewer' }, 422, 'name'],
    [{ name: 'x', role: 'root' }, 422, 'role'],
    [{ name: 'x', role: 'owner' }, 422, 'team'],
    [{ name: 'x', role: 'viewer', team: 'a' }, 422, 'team'],
    [{ name: 'x', role: 'owner', team: '' }, 422, 'team'],
  ] as const) {
    const answer = await admin.call('POST', '/tokens', body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.body.error.field, field);
  }
});

test('an owner sees and changes the keys of the own team alone', async (t) => {
  const admin = await startTestAdmin(t);
  const owner = await ownerOf(admin, 'platform');
  const as = (method: string, path: string, body?: unknown) => admin.call(method, path, body, owner);
  await admin.call('POST', '/keys', { name: 'ours', labels: { team: 'platform' } });
  const theirs = await admin.call('POST', '/keys', { name: 'theirs', labels: { team: 'finance' } });
  await admin.call('POST', '/keys', { name: 'nobodys' });
  const names = async () => (await as('GET', '/keys')).body.items.map(({ name }: { name: string }) => name);
  assert.deepEqual(await names(), ['ours']);
  const path = '/keys/agentgateway-system';
  for (const [method, verb, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { disabled: true }],
    ['POST', '/rotate', {}],
    ['DELETE', '', undefined],
  ] as const) {
    assert.equal((await as(method, `${path}/theirs${verb}`, body)).status, 404, method);
    assert.equal((await as(method, `${path}/nobodys${verb}`, body)).status, 404, method);
  }
  const moved = await as('PATCH', `${path}/ours`, { labels: { team: 'finance' } });
  assert.equal(moved.status, 403);
  assert.equal(moved.body.error.field, 'labels.team');
  assert.equal((await as('POST', '/keys', { name: 'x', labels: { team: 'finance' } })).status, 403);
  const created = await as('POST', '/keys', { name: 'new' });
  assert.deepEqual(created.body.key.labels, { team: 'platform' });
  const copied = await as('POST', '/keys', { name: 'copy', value: theirs.body.value });
  assert.equal(copied.body.error.code, 'key_exists');
  assert.ok(!JSON.stringify(copied.body).includes('theirs'));
  const imported = await as('POST', '/keys:import', {
    keys: [{ name: 'a' }, { name: 'b', labels: { team: 'finance' } }],
  });
  assert.deepEqual(
    imported.body.results.map(({ ok }: { ok: boolean }) => ok),
    [true, false],
  );
  assert.equal((await as('PATCH', `${path}/ours`, { labels: null })).body.labels.team, 'platform');
  assert.equal((await as('DELETE', `${path}/ours`)).status, 204);
  assert.deepEqual(await names(), ['a', 'new']);
});

test('an owner sees and changes the budgets that select the own team alone', async (t) => {
  const admin = await startTestAdmin(t);
  const owner = await ownerOf(admin, 'platform');
  const as = (method: string, path: string, body?: unknown) => admin.call(method, path, body, owner);
  const spec = (team?: string) => ({
    ...(team === undefined ? {} : { selector: { matchLabels: { team } } }),
    limit: { tokens: 10 },
    window: { calendar: 'Day' },
  });
  await admin.call('POST', '/budgets', { name: 'all', spec: spec() });
  await admin.call('POST', '/budgets', { name: 'theirs', spec: spec('finance') });
  assert.equal((await as('POST', '/budgets', { name: 'ours', spec: spec('platform') })).status, 201);
  const { items } = (await as('GET', '/budgets')).body;
  assert.deepEqual(
    items.map(({ name }: { name: string }) => name),
    ['ours'],
  );
  assert.equal(items[0].counters.length, 1);
  for (const name of ['all', 'theirs']) {
    const path = `/budgets/agentgateway-system/${name}`;
    assert.equal((await as('GET', path)).status, 404);
    assert.equal((await as('GET', `${path}/holds`)).status, 404);
    assert.equal((await as('PUT', path, { spec: spec('platform') })).status, 404);
    assert.equal((await as('DELETE', path)).status, 404);
  }
  for (const wrong of [spec(), spec('finance')]) {
    const refused = await as('POST', '/budgets', { name: 'wide', spec: wrong });
    assert.equal(refused.status, 403);
    assert.equal(refused.body.error.field, 'spec.selector.matchLabels.team');
    const widened = await as('PUT', '/budgets/agentgateway-system/ours', { spec: wrong });
    assert.equal(widened.status, 403);
  }
});

test('an owner sees the usage and calls of the own team alone', async (t) => {
  const admin = await startTestAdmin(t);
  const owner = await ownerOf(admin, 'platform');
  const as = (path: string) => admin.call('GET', path, undefined, owner);
  const ours = ledgerRecord(1);
  const theirs = ledgerRecord(2);
  theirs.key = { ...theirs.key!, labels: { team: 'finance' } };
  admin.ledger.append([ours, theirs], []);
  assert.deepEqual((await as('/calls')).body.items, [ours]);
  assert.equal((await as(`/calls/${ours.id}`)).status, 200);
  assert.equal((await as(`/calls/${theirs.id}`)).status, 404);
  assert.equal((await as('/usage?groupBy=label:team')).body.total.requests, 1);
  assert.deepEqual((await as('/usage?label.team=finance')).body.rows, []);
  assert.deepEqual((await as('/calls?label.team=finance')).body.items, []);
  const period = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';
  assert.equal((await as(`/overview?${period}`)).body.current.requests, 1);
  assert.equal((await as('/calls/export?format=jsonl')).body.trim(), JSON.stringify(ours));
  const tail = await fetch(`${admin.url}/api/v1/calls/tail`, { headers: owner });
  const reader = tail.body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  admin.tell(theirs);
  admin.tell(ours);
  assert.equal((await reader.read()).value, `data: ${JSON.stringify(ours)}\n\n`);
  await reader.cancel();
});
