import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('holds are listed oldest first, and released one by one', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', { name: 'money', spec: { limit: { usd: '25.00' } } });
  const budget = `${gatewayNamespace}/money`;
  const path = `/budgets/${budget}/holds`;
  assert.deepEqual((await admin.call('GET', path)).body, { items: [] });
  const sinceMs = Date.UTC(2026, 10, 25, 12);
  const hold = { budget, group: 'mike', unit: 'usd', amount: 1_500_000_000 } as const;
  admin.holds.push(
    { ...hold, id: 'c-2', key: 'VirtualKey/a/b', sinceMs: sinceMs + 1 },
    { ...hold, id: 'lease:p/1', sinceMs, leaseUntilMs: sinceMs + 1_000 },
    { ...hold, id: 'c-3', budget: `${gatewayNamespace}/other` },
  );
  const second = {
    id: 'c-2',
    key: 'VirtualKey/a/b',
    group: 'mike',
    reserved: '1.50',
    since: '2026-11-25T12:00:00.001Z',
  };
  assert.deepEqual((await admin.call('GET', path)).body.items, [
    {
      id: 'lease:p/1',
      group: 'mike',
      reserved: '1.50',
      since: '2026-11-25T12:00:00.000Z',
      leaseUntil: '2026-11-25T12:00:01.000Z',
    },
    second,
  ]);
  assert.equal((await admin.call('DELETE', `${path}/${encodeURIComponent('lease:p/1')}`)).status, 204);
  assert.deepEqual((await admin.call('GET', path)).body.items, [second]);
  assert.equal((await admin.call('DELETE', `${path}/c-3`)).status, 404);
  assert.equal((await admin.call('GET', `/budgets/${gatewayNamespace}/none/holds`)).status, 404);
  const released = admin.logged.find(({ action }) => action === 'holds.release');
  assert.equal(released?.['hold'], 'lease:p/1');
});
