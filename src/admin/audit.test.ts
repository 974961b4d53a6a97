import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin } from './admin-api.fixture.ts';

// biome-ignore lint/suspicious/noExplicitAny: what came is what a test looks into.
type Entry = any;

test('every change is there: who, what, which fields; values and hashes never', async (t) => {
  const admin = await startTestAdmin(t);
  const made = await admin.call('POST', '/keys', { name: 'laptop', owner: 'mike', labels: { team: 'a' } });
  const rotated = await admin.call('POST', '/keys/agentgateway-system/laptop/rotate', {});
  await admin.call('PATCH', '/keys/agentgateway-system/laptop', { disabled: true });
  await admin.call('DELETE', '/keys/agentgateway-system/laptop');
  const spec = { limit: { tokens: 10 }, window: { calendar: 'Day' } };
  await admin.call('POST', '/budgets', { name: 'daily', spec });
  const path = '/budgets/agentgateway-system/daily';
  await admin.call('PUT', path, { spec: { ...spec, limit: { tokens: 20 } } });
  await admin.call('DELETE', path);
  const { items } = (await admin.call('GET', '/audit')).body;
  const told = items.toReversed().map(({ action, object, changes }: Entry) => [action, object, changes]);
  const key = 'VirtualKey/agentgateway-system/laptop';
  assert.deepEqual(
    told.map(([action, object]: Entry) => `${action} ${object}`),
    [
      `keys.create ${key}`,
      `keys.rotate ${key}`,
      `keys.change ${key}`,
      `keys.delete ${key}`,
      'budgets.create Budget/agentgateway-system/daily',
      'budgets.replace Budget/agentgateway-system/daily',
      'budgets.delete Budget/agentgateway-system/daily',
    ],
  );
  assert.deepEqual(told[2][2], [{ field: 'spec.disabled', to: true }]);
  assert.deepEqual(told[5][2], [{ field: 'spec.limit.tokens', from: 10, to: 20 }]);
  assert.deepEqual(told[0][2][0], { field: 'metadata.labels.team', to: 'a' });
  assert.ok(told[1][2].some(({ field, from, to }: Entry) => field === 'spec.keyHash' && from === to));
  assert.deepEqual(
    [items[0].actor, items[0].role, items[0].time],
    ['admin', 'admin', '2026-11-25T12:00:00.000Z'],
  );
  const text = JSON.stringify(items);
  assert.ok(
    !text.includes(made.body.value) && !text.includes(rotated.body.value) && !text.includes('sha256:'),
  );
});

test('refusals and dry runs are no changes; imports are, key by key, and so are counters and tokens', async (t) => {
  const admin = await startTestAdmin(t);
  const actions = async () =>
    (await admin.call('GET', '/audit')).body.items.map(({ action, object }: Entry) => `${action} ${object}`);
  await admin.call('POST', '/keys', { name: 'BAD NAME' });
  await admin.call('DELETE', '/keys/agentgateway-system/none');
  await admin.call('POST', '/keys:import', { keys: [{ name: 'a' }], dryRun: true });
  assert.deepEqual(await actions(), []);
  await admin.call('POST', '/keys:import', { keys: [{ name: 'a' }, { name: 'a' }, { name: 'b' }] });
  await admin.call('DELETE', '/counters?prefix=d_');
  await admin.call('POST', '/tokens', { name: 'ci', role: 'viewer' });
  assert.deepEqual((await actions()).toReversed(), [
    'keys.import VirtualKey',
    'create VirtualKey/agentgateway-system/a',
    'create VirtualKey/agentgateway-system/b',
    'counters.reset d_',
    'tokens.create Token/ci',
  ]);
});

test('entries are found by object, actor and time, page by page; an owner of a team is named', async (t) => {
  const admin = await startTestAdmin(t);
  const owner = await admin.call('POST', '/tokens', { name: 'lead', role: 'owner', team: 'a' });
  admin.clock.nowMs += 60_000;
  const bearer = { authorization: `Bearer ${owner.body.value}` };
  await admin.call('POST', '/keys', { name: 'one' }, bearer);
  const find = async (query: string) => (await admin.call('GET', `/audit?${query}`)).body;
  const byLead = await find('actor=lead');
  assert.deepEqual(
    byLead.items.map(({ role, action }: Entry) => [role, action]),
    [['owner', 'keys.create']],
  );
  assert.equal((await find('object=VirtualKey/')).items.length, 1);
  assert.equal((await find('object=Virtual%25')).items.length, 0);
  assert.equal((await find('to=2026-11-25T12:01:00Z')).items[0].action, 'tokens.create');
  assert.equal((await find('from=2026-11-25T12:01:00Z')).items.length, 1);
  const first = await find('limit=1');
  assert.equal(first.items[0].action, 'keys.create');
  const second = await find(`limit=1&before=${first.next}`);
  assert.equal(second.items[0].action, 'tokens.create');
  assert.equal(second.next, undefined);
  assert.equal((await admin.call('GET', '/audit?limit=0')).body.error.field, 'limit');
});

test('changes are sorted by any column and filtered by what was done, and files have all of them', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/keys:import', {
    keys: Array.from({ length: 3 }, (_, n) => ({ name: `k${n}` })),
  });
  await admin.call('POST', '/tokens', { name: '=ci', role: 'viewer' });
  await admin.call('POST', '/tokens', { name: 'ci', role: 'viewer' });
  await admin.call('DELETE', '/keys/agentgateway-system/k1');
  const find = async (query: string) => (await admin.call('GET', `/audit?${query}`)).body;
  const actionsOf = (items: Entry[]) => items.map(({ action }) => action);
  const sorted = actionsOf((await find('sort=action&order=asc')).items);
  assert.deepEqual(sorted, ['create', 'create', 'create', 'keys.delete', 'keys.import', 'tokens.create']);
  const first = await find('sort=object&order=desc&limit=2');
  const second = await find(`sort=object&order=desc&limit=9&before=${first.next}`);
  const objects = [...first.items, ...second.items].map(({ object }) => object);
  assert.deepEqual(objects, objects.toSorted().reverse());
  assert.equal(objects.length, 6);
  assert.deepEqual(actionsOf((await find('action=keys.')).items), ['keys.delete', 'keys.import']);
  assert.equal((await find('sort=changes')).error.field, 'sort');

  const csv = await admin.call('GET', '/audit?format=csv&action=keys.&limit=1');
  assert.equal(csv.headers.get('content-disposition'), 'attachment; filename="audit.csv"');
  const lines = csv.body.trimEnd().split('\r\n');
  assert.equal(lines[0], 'id,time,actor,role,action,object,changes');
  assert.match(lines[1], /^\d+,2026-11-25T12:00:00.000Z,admin,admin,keys.delete,VirtualKey\//);
  assert.equal(lines.length, 3);
  const jsonl = await admin.call('GET', '/audit?format=jsonl&sort=action&order=asc');
  const told = jsonl.body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line));
  assert.deepEqual(told, (await find('sort=action&order=asc')).items);
});
