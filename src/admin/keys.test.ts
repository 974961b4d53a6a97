import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { keyValueFault } from '../core/keys/key-value.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { StoreUnavailable } from '../storage/store-unavailable.ts';
import { gatewayNamespace, startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';

const path = (name: string) => `/keys/${gatewayNamespace}/${name}`;

async function createKeys(admin: TestAdmin, ...names: string[]) {
  for (const name of names) assert.equal((await admin.call('POST', '/keys', { name })).status, 201, name);
}

test('a new key is in force when the answer comes; its value is shown once and kept nowhere', async (t) => {
  const admin = await startTestAdmin(t);
  const { status, body } = await admin.call('POST', '/keys', {
    name: 'mike-laptop',
    owner: 'mike',
    labels: { team: 'platform' },
    metadata: { user_id: 'mike' },
    allowedModels: ['claude-*'],
    limits: { requestsPerMinute: 60 },
    expiresAt: '2027-01-01T00:00:00Z',
  });
  assert.equal(status, 201);
  assert.equal(keyValueFault(body.value), undefined);
  assert.match(body.value, /^tg_/);
  assert.deepEqual(body.key, {
    id: 'VirtualKey/agentgateway-system/mike-laptop',
    source: 'VirtualKey',
    namespace: gatewayNamespace,
    name: 'mike-laptop',
    owner: 'mike',
    display: `tg_…${body.value.slice(-4)}`,
    status: 'active',
    metadata: { user_id: 'mike' },
    labels: { team: 'platform' },
    allowedModels: ['claude-*'],
    allowedRoutes: [],
    allowedCIDRs: [],
    limits: { requestsPerMinute: 60 },
    expiresAt: '2027-01-01T00:00:00Z',
    createdAt: '2026-11-25T12:00:00Z',
    usage: { requests: 0, tokens: 0, costNano: 0 },
    resourceVersion: body.key.resourceVersion,
    editable: true,
  });
  const shown = await admin.call('GET', path('mike-laptop'));
  assert.deepEqual(shown.body, body.key);
  const everything = JSON.stringify([admin.logged, (await admin.call('GET', '/keys')).body]);
  assert.ok(!everything.includes(body.value));
  assert.ok(!everything.includes(hash('sha256', body.value)));
  assert.equal((await admin.call('POST', '/keys', { name: 'mike-laptop' })).status, 409);
});

test('what is wrong is told by field', async (t) => {
  const admin = await startTestAdmin(t);
  const long = 'x'.repeat(10_000);
  for (const [body, field] of [
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: '<script>alert(1)</script>' }, 'name'],
    [{ name: '🔑' }, 'name'],
    [{ name: long }, 'name'],
    [{ name: 7 }, 'name'],
    [{ name: 'a', owner: long }, 'owner'],
    [{ name: 'a', owner: '' }, 'owner'],
    [{ name: 'a', namespace: 'No Such' }, 'namespace'],
    [{ name: 'a', labels: { team: '🔑' } }, 'labels'],
    [{ name: 'a', labels: { team: 5 } }, 'labels.team'],
    [{ name: 'a', limits: { tokensPerMinute: -1 } }, 'limits.tokensPerMinute'],
    [{ name: 'a', limits: { perDay: 1 } }, 'limits.perDay'],
    [{ name: 'a', limits: { concurrency: 1.5 } }, 'limits.concurrency'],
    [{ name: 'a', allowedCIDRs: ['everywhere'] }, 'allowedCIDRs[0]'],
    [{ name: 'a', allowedCIDRs: ['10.0.0.0/8', '999.1.1.1/8'] }, 'allowedCIDRs[1]'],
    [{ name: 'a', allowedCIDRs: ['10.0.0.0/33'] }, 'allowedCIDRs[0]'],
    [{ name: 'a', allowedModels: [''] }, 'allowedModels[0]'],
    [{ name: 'a', expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'a', colour: 'red' }, 'colour'],
    [{ name: 'a', keyHash: 'sha256:abc' }, 'keyHash'],
    [{ name: 'a', value: 'two words' }, 'value'],
    [{ name: 'a', value: 'tg_mistyped' }, 'value'],
    [{ name: 'a', value: 'k', keyHash: `sha256:${'0'.repeat(64)}` }, 'keyHash'],
    [[], 'body'],
  ] as [unknown, string][]) {
    const answer = await admin.call('POST', '/keys', body);
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80));
    assert.equal(answer.body.error.field, field, JSON.stringify(answer.body));
    assert.ok(answer.body.error.message.length < 600);
    assert.ok(!answer.body.error.message.includes('two words'));
  }
  const { items } = (await admin.call('GET', '/keys')).body;
  assert.ok(items.every(({ source }: { source: string }) => source === 'Secret'));
});

test('free text that is allowed comes back as it was: markup, emoji, 10,000 characters', async (t) => {
  const admin = await startTestAdmin(t);
  const metadata = {
    note: `<img src=x onerror=alert(1)>🔑\u202e${'x'.repeat(10_000)}`,
    __proto__: 'x',
    nested: { a: [1] },
  };
  const { status, body } = await admin.call('POST', '/keys', {
    name: 'odd',
    owner: '<b>名前</b> 🔑',
    metadata,
  });
  assert.equal(status, 201);
  assert.equal(body.key.owner, '<b>名前</b> 🔑');
  assert.deepEqual(body.key.metadata, metadata);
  assert.equal((await admin.call('GET', `/keys?search=${encodeURIComponent('ONERROR=')}`)).body.total, 1);
});

test('imports take a value or its hash, and no value twice', async (t) => {
  const admin = await startTestAdmin(t);
  const value = 'sk-from-elsewhere-0123456789';
  const imported = await admin.call('POST', '/keys', { name: 'by-value', value });
  assert.equal(imported.status, 201);
  assert.equal(imported.body.value, undefined);
  assert.equal(imported.body.key.display, '…6789');
  const again = await admin.call('POST', '/keys', {
    name: 'by-hash',
    keyHash: `sha256:${hash('sha256', value)}`,
  });
  assert.equal(again.status, 409);
  assert.deepEqual(again.body.error, {
    code: 'key_exists',
    message: 'this is the key VirtualKey/agentgateway-system/by-value already',
    field: 'keyHash',
  });
  const ofSecret = await admin.call('POST', '/keys', { name: 'mike', value: 'sk-mike-key' });
  assert.match(ofSecret.body.error.message, /^this is the key Secret\//);
  const other = { name: 'by-hash', keyHash: `SHA256:${hash('sha256', 'other').toUpperCase()}` };
  assert.equal((await admin.call('POST', '/keys', other)).status, 201);
});

test('keys in Secrets are listed beside them, without values, and are not changed here', async (t) => {
  const admin = await startTestAdmin(t);
  const { items, total } = (await admin.call('GET', '/keys')).body;
  assert.equal(total, 2);
  const mike = items.find(({ owner }: { owner: string }) => owner === 'mike');
  assert.equal(mike.source, 'Secret');
  assert.equal(mike.editable, false);
  assert.equal(mike.id, `Secret/${gatewayNamespace}/${mike.name}`);
  assert.ok(!JSON.stringify(items).includes('sk-mike-key'));
  const one = await admin.call('GET', path(encodeURIComponent(mike.name)));
  assert.deepEqual(one.body, mike);
  const changed = await admin.call('PATCH', path(encodeURIComponent(mike.name)), { disabled: true });
  assert.equal(changed.status, 409);
  assert.equal(changed.body.error.code, 'not_editable');
});

test('list: search, status, order and pages', (t) => listsKeys(t, {}));
test('the same of keys that are all in memory', (t) => listsKeys(t, { inMemory: true }));

async function listsKeys(t: TestContext, options: { inMemory?: boolean }) {
  const admin = await startTestAdmin(t, options);
  await createKeys(admin, 'carol', 'alice', 'bob');
  await admin.call('PATCH', path('bob'), { disabled: true, owner: 'Robert' });
  await admin.call('PATCH', path('carol'), {
    expiresAt: '2026-01-01T00:00:00Z',
    labels: { team: 'finance' },
  });
  const names = async (query: string) => {
    const { body } = await admin.call('GET', `/keys?${query}`);
    return body.items.map(({ name }: { name: string }) => name).filter((name: string) => !name.includes('/'));
  };
  assert.deepEqual(await names(''), ['alice', 'bob', 'carol']);
  assert.deepEqual(await names('order=desc'), ['carol', 'bob', 'alice']);
  assert.deepEqual(await names('status=disabled'), ['bob']);
  assert.deepEqual(await names('status=expired'), ['carol']);
  assert.deepEqual(await names('search=ROBERT'), ['bob']);
  assert.deepEqual(await names('search=finance'), ['carol']);
  const page = (await admin.call('GET', '/keys?limit=2&offset=2')).body;
  assert.equal(page.total, 5);
  assert.equal(page.items.length, 2);
  assert.deepEqual((await admin.call('GET', '/keys?limit=2&offset=99')).body.items, []);
  const key = (id: string) => ({ id, user: id, metadata: {}, labels: {} });
  const alice = key(`VirtualKey/${gatewayNamespace}/alice`);
  const bob = key(`VirtualKey/${gatewayNamespace}/bob`);
  admin.ledger.append(
    [ledgerRecord(1, { key: alice }), ledgerRecord(2, { key: bob }), ledgerRecord(3, { key: bob })],
    [],
  );
  admin.clock.nowMs += 2_000;
  assert.deepEqual((await names('sort=spend&order=desc')).slice(0, 2), ['bob', 'alice']);
  assert.deepEqual((await names('sort=lastUsedAt&order=desc')).slice(0, 2), ['bob', 'alice']);
  const shown = (await admin.call('GET', path('bob'))).body;
  assert.deepEqual(shown.usage, { requests: 2, tokens: 240, costNano: 2_640_000 });
  assert.equal(shown.lastUsedAt, '2026-11-25T00:03:00.000Z');
  const first = (await admin.call('GET', '/keys?limit=2')).body;
  const [, last] = first.items;
  const rest = (await admin.call('GET', `/keys?after=${last.namespace}/${encodeURIComponent(last.name)}`))
    .body;
  assert.equal(first.items.length + rest.items.length, first.total);
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ id }) => id),
    (await admin.call('GET', '/keys')).body.items.map(({ id }: { id: string }) => id),
  );
  for (const query of ['limit=0', 'limit=1001', 'offset=-1', 'sort=colour', 'status=x', 'order=up'])
    assert.equal((await admin.call('GET', `/keys?${query}`)).status, 400, query);
}

test('changes: stale ones conflict, null takes away, the rest stays', async (t) => {
  const admin = await startTestAdmin(t);
  const created = await admin.call('POST', '/keys', {
    name: 'one',
    owner: 'mike',
    limits: { concurrency: 1 },
  });
  const { resourceVersion } = (await admin.call('GET', path('one'))).body;
  const changed = await admin.call('PATCH', path('one'), { resourceVersion, disabled: true });
  assert.equal(changed.status, 200);
  assert.equal(changed.body.status, 'disabled');
  assert.equal(changed.body.owner, 'mike');
  const stale = await admin.call('PATCH', path('one'), { resourceVersion, disabled: false });
  assert.equal(stale.status, 409);
  assert.equal(stale.body.error.code, 'conflict');
  const removed = await admin.call('PATCH', path('one'), { owner: null, limits: null, disabled: false });
  assert.equal(removed.body.owner, undefined);
  assert.deepEqual(removed.body.limits, {});
  assert.equal(removed.body.display, created.body.key.display);
  const wrong = await admin.call('PATCH', path('one'), { limits: { concurrency: -1 } });
  assert.equal(wrong.body.error.field, 'limits.concurrency');
  assert.equal((await admin.call('PATCH', path('none'), { owner: 'x' })).status, 404);
  const lines = admin.logged.filter(({ action }) => action === 'keys.change');
  assert.deepEqual(lines[0]!['fields'], ['disabled']);
});

test('a rotation gives a new value; the one before works until its grace ends', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('POST', '/keys', { name: 'one' });
  const works = async (value: string) =>
    (await admin.call('GET', '/session', undefined, { authorization: `Bearer ${value}` })).status === 200;
  const rotated = await admin.call('POST', `${path('one')}/rotate`, { graceSeconds: 60 });
  assert.equal(rotated.status, 200);
  assert.notEqual(rotated.body.value, body.value);
  assert.equal(rotated.body.key.display, `tg_…${rotated.body.value.slice(-4)}`);
  assert.ok((await works(body.value)) && (await works(rotated.body.value)));
  admin.clock.nowMs += 60_000;
  assert.ok(!(await works(body.value)) && (await works(rotated.body.value)));
  const atOnce = await admin.call('POST', `${path('one')}/rotate`, { graceSeconds: 0 });
  assert.ok(!(await works(rotated.body.value)) && (await works(atOnce.body.value)));
  assert.equal((await admin.call('POST', `${path('one')}/rotate`, { graceSeconds: -1 })).status, 422);
  assert.ok(!JSON.stringify(admin.logged).includes(atOnce.body.value));
});

test('a key whose value is in a Secret is not rotated here', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.apply({
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name: 'issued', namespace: gatewayNamespace },
    spec: { issueTo: { secretName: 'issued-value' } },
  });
  assert.equal((await admin.call('GET', path('issued'))).body.status, 'active');
  const refused = await admin.call('POST', `${path('issued')}/rotate`, {});
  assert.equal(refused.status, 409);
  assert.match(refused.body.error.message, /Secret agentgateway-system\/issued-value/);
});

test('a deleted key opens nothing any more', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('POST', '/keys', { name: 'one' });
  assert.equal((await admin.call('DELETE', path('one'))).status, 204);
  assert.equal((await admin.call('DELETE', path('one'))).status, 404);
  const bearer = { authorization: `Bearer ${body.value}` };
  assert.equal((await admin.call('GET', '/session', undefined, bearer)).status, 401);
});

test('a ledger that cannot be read keeps no new value back', async (t) => {
  const admin = await startTestAdmin(t);
  const made = await admin.call('POST', '/keys', { name: 'before' });
  admin.clock.nowMs += 60_000;
  Object.assign(admin.ledger, {
    usage: () => {
      throw new StoreUnavailable('Postgres is not available: for this test');
    },
  });
  const { status, body } = await admin.call('POST', '/keys', { name: 'laptop' });
  assert.deepEqual([status, body.key.name, 'usage' in body.key], [201, 'laptop', false]);
  assert.match(body.value, /^tg_/);
  const rotated = await admin.call('POST', `${path('before')}/rotate`, {});
  assert.equal(rotated.status, 200);
  assert.notEqual(rotated.body.value, made.body.value);
  assert.equal((await admin.call('GET', path('laptop'))).body.error.code, 'unavailable');
});
