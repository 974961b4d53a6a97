import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('holds are listed oldest first, and released one by one', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', { name: 'money', spec: { limit: { usd: '25.00' } } });
  const budget = `${gatewayNamespace}/money`;
  const path = `/budgets/${budget}/holds`;
  assert.deepEqual((await admin.call('GET', path)).body, { items: [], total: 0 });
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

test('holds are pages, sorted, found by key and age, and a file has all of them', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', { name: 'money', spec: { limit: { usd: '25.00' } } });
  const budget = `${gatewayNamespace}/money`;
  const { nowMs } = admin.clock;
  for (let n = 0; n < 12; n += 1)
    admin.holds.push({
      id: `c-${n}`,
      budget,
      group: n % 2 === 0 ? 'lee' : 'mike',
      unit: 'usd',
      key: `VirtualKey/ns/key-${n}`,
      // Neither in the order of their ages nor as text.
      amount: ((n * 7) % 12) * 1_000_000_000,
      sinceMs: nowMs - n * 10_000,
    });
  const find = async (query: string) => (await admin.call('GET', `/budgets/${budget}/holds?${query}`)).body;
  const ids = async (query: string) =>
    (await find(query)).items.map(({ id }: { id: string }) => Number(id.slice(2)));
  const page = await find('limit=5&offset=10');
  assert.deepEqual([page.items.length, page.total], [2, 12]);
  assert.deepEqual(await ids('limit=3'), [11, 10, 9]);
  assert.deepEqual(await ids('sort=reserved&order=desc&limit=3'), [5, 10, 3]);
  assert.deepEqual(await ids('sort=group&limit=2'), [0, 2]);
  assert.deepEqual(await ids('key=KEY-1'), [11, 10, 1]);
  assert.deepEqual(await ids('minAge=100'), [11, 10]);
  assert.deepEqual(await ids('search=lee&minAge=80&order=desc'), [8, 10]);
  const csv = await admin.call('GET', `/budgets/${budget}/holds?format=csv&limit=1`);
  assert.equal(csv.body.split('\r\n').length, 14);
  assert.match(csv.body, /^since,id,key,group,reserved,leaseUntil\r\n2026-11-25T11:58:10.000Z,c-11,/);
  assert.equal((await find('minAge=-1')).error.field, 'minAge');
});
