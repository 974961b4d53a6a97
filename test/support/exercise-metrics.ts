/** Calls of every kind that has metrics of its own: tests of dashboards, alert rules and Prometheus need series of each. */
import assert from 'node:assert/strict';
import { createRateLimitClient } from '../../src/rls/client.ts';
import type { BudgetWorld } from './budget-world.ts';
import { applyFailoverRoute } from './failover-route.ts';

export async function exerciseMetrics(world: BudgetWorld): Promise<void> {
  await world.key('tg-one', { metadata: { user: 'one' } }, { owner: 'tg-one' });
  await world.budget('one', {
    selector: { matchLabels: { owner: 'tg-one' } },
    limit: { requests: 3 },
    window: { calendar: 'Day', timeZone: 'UTC' },
  });
  for (const stream of [false, true]) assert.equal((await world.ask('tg-one', { stream })).status, 200);
  // Nobody listens on the first one's port; the second has a model that nobody has a price for.
  await applyFailoverRoute(world.cluster, world.gateway.address, 'unpriced', [
    { port: 1, model: 'claude-sonnet-5' },
    { port: Number(new URL(world.provider.url).port), model: 'nobody-has-a-price' },
  ]);
  assert.equal((await world.ask('tg-one', {}, '/unpriced')).status, 200);
  assert.equal((await world.ask('tg-one')).status, 429);
  await hitRateLimits(world);
}

/** The same series again, with another key of the same person that no budget stops. */
export async function exerciseAgain(world: BudgetWorld): Promise<void> {
  await world.key('tg-two', { owner: 'tg-one', metadata: { user: 'one' } });
  for (const stream of [false, true]) assert.equal((await world.ask('tg-two', { stream })).status, 200);
  assert.equal((await world.ask('tg-two', {}, '/unpriced')).status, 200);
  assert.equal((await world.ask('tg-one')).status, 429);
  await hitRateLimits(world);
}

async function hitRateLimits({ gateway }: BudgetWorld): Promise<void> {
  const peer = createRateLimitClient({
    addresses: [`${gateway.address}:8081`],
    tls: false,
    deadlineMs: 5_000,
  });
  const descriptors = [{ entries: [{ key: 'user_id', value: 'mike' }], hitsAddend: 150 }];
  for (let call = 0; call < 2; call++) await peer.shouldRateLimit({ domain: 'token-budgets', descriptors });
  peer.close();
}
