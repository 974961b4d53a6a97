import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBudgetConnection } from './budget-connection.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';
import { SharedAlerts } from './shared-alerts.ts';

test('an alert is told by one gateway, by another one if that fails, and by anyone while nobody can be asked', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  const connection = openBudgetConnection({ url: redis.url, timeoutMs: 500, nowMs: () => performance.now() });
  t.after(async () => {
    connection.close();
    await redis.stop();
  });
  let now = 1_000;
  const [one, two] = [1, 2].map(() => new SharedAlerts(connection, () => now));
  assert.equal(await one!.claim({ id: '2000|ns/b||80|finance' }), 'mine');
  assert.equal(await two!.claim({ id: '2000|ns/b||80|finance' }), 'others');
  assert.equal(await two!.claim({ id: '2000|ns/b||90|finance' }), 'mine');
  await one!.told('2000|ns/b||80|finance');
  assert.equal(await two!.claim({ id: '2000|ns/b||80|finance' }), 'told');
  now = 2_000;
  await two!.told('3000|ns/b||80|finance');
  assert.equal(await two!.claim({ id: '2000|ns/b||80|finance' }), 'mine');
  assert.equal(await one!.claim({ id: '3000|ns/b||80|finance' }), 'told');
  await redis.stop();
  assert.equal(await two!.claim({ id: '3000|ns/b||80|finance' }), 'mine');
});
