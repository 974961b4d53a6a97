import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { retentionOf } from '../core/config/retention.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { RetentionKeeper } from '../ledger/retention-keeper.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';

const day = 86_400_000;

/** The real keeper over the ledger of the API under test. */
async function startWithKeeper(t: TestContext, flagDays?: number) {
  let admin: TestAdmin | undefined;
  const nowMs = () => admin?.clock.nowMs ?? Date.UTC(2026, 10, 25, 12);
  const configMaps = () => (admin?.list('ConfigMap') ?? []) as KubeObject[];
  const keeper = new RetentionKeeper({
    ledger: { prune: (...given) => admin!.ledger.prune(...given) },
    setting: () => (admin === undefined ? { setBy: 'nothing' } : retentionOf(flagDays, configMaps())),
    nowMs,
    log: { info: () => undefined, error: () => undefined },
  });
  t.after(() => keeper.stop());
  admin = await startTestAdmin(t, { retention: keeper });
  const calls = [100, 40, 10, 1].map((ago, n) => ledgerRecord(n, { startedAtMs: nowMs() - ago * day }));
  admin.ledger.append(calls, []);
  return admin;
}

test('what there is, how long it is kept, and what fewer days would delete', async (t) => {
  const admin = await startWithKeeper(t);
  const { body } = await admin.call('GET', '/retention?days=30');
  assert.ok(body.bytes > 1_000);
  assert.deepEqual(
    { ...body, bytes: 0 },
    {
      setBy: 'nothing',
      editable: true,
      calls: 4,
      bytes: 0,
      oldest: new Date(admin.clock.nowMs - 100 * day).toISOString(),
      wouldDelete: 2,
    },
  );
  for (const days of ['0', 'x', '1.5'])
    assert.equal((await admin.call('GET', `/retention?days=${days}`)).status, 400);
});

test('the console writes the ConfigMap that kubectl writes; either is seen by the other, and audited', async (t) => {
  const admin = await startWithKeeper(t);
  const set = await admin.call('PUT', '/retention', { days: 30 });
  assert.equal(set.status, 200);
  assert.deepEqual([set.body.days, set.body.setBy], [30, 'configMap']);
  assert.equal(set.body.configMap, 'agentgateway-system/tollgate-retention');
  assert.equal(Date.parse(set.body.nextCleaning), admin.clock.nowMs + 3_600_000);
  assert.equal(set.body.calls, 4, 'nothing is deleted before the next cleaning');
  const labels = { 'tollgate.dev/retention': 'true' };
  const metadata = { name: 'tollgate-retention', namespace: 'agentgateway-system', labels };
  await admin.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { ledgerDays: '7', note: 'by kubectl' },
  });
  assert.equal((await admin.call('GET', '/retention')).body.days, 7);
  await admin.call('PUT', '/retention', { days: null });
  const kept = await admin.call('GET', '/retention');
  assert.deepEqual([kept.body.days, kept.body.nextCleaning], [undefined, undefined]);
  const [object] = admin.list('ConfigMap').filter(({ metadata: { name } }) => name === 'tollgate-retention');
  assert.deepEqual(object!['data'], { note: 'by kubectl' });
  await admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ledgerDays: 'soon' } });
  assert.match((await admin.call('GET', '/retention')).body.fault, /whole number of days/);
  const { items } = (await admin.call('GET', '/audit?object=ConfigMap/')).body;
  assert.deepEqual(
    items.map(({ action }: { action: string }) => action),
    ['retention.change', 'retention.change'],
  );
  assert.ok(JSON.stringify(items).includes('data.ledgerDays'));
});

test('what the gateway was started with cannot be changed here; only administrators change it', async (t) => {
  const admin = await startWithKeeper(t, 365);
  assert.equal((await admin.call('GET', '/retention')).body.editable, false);
  const refused = await admin.call('PUT', '/retention', { days: 1 });
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'fixed']);
  for (const days of [0, 1.5, '7', 40_000])
    assert.equal((await admin.call('PUT', '/retention', { days })).status, 422);
  const { value } = (await admin.call('POST', '/tokens', { name: 'eye', role: 'viewer' })).body;
  const viewer = { authorization: `Bearer ${value}` };
  assert.equal((await admin.call('GET', '/retention', undefined, viewer)).status, 200);
  assert.equal((await admin.call('PUT', '/retention', { days: 1 }, viewer)).status, 403);
});
