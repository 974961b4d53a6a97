import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { registerChargeMetrics } from './charge-metrics.ts';

test('charges that wait and were delivered, over all threads', async () => {
  const registry = new Registry();
  const tell = registerChargeMetrics(registry, () => 61_000);
  const value = async (name: string) =>
    Number(
      new RegExp(`^tollgate_rate_limit_charges_${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1],
    );
  assert.deepEqual([await value('waiting'), await value('oldest_seconds')], [0, 0]);
  tell('worker-1', { waiting: 2, oldestAtMs: 31_000, delivered: 1 });
  tell('worker-2', { waiting: 1, oldestAtMs: 1_000, delivered: 0 });
  assert.equal(await value('waiting'), 3);
  assert.equal(await value('oldest_seconds'), 60);
  assert.equal(await value('delivered_late_total'), 1);
  tell('worker-2', { waiting: 0, delivered: 1 });
  assert.equal(await value('oldest_seconds'), 30);
  assert.equal(await value('delivered_late_total'), 2);
});
