/** Gateways that share budgets over a Redis tell an alert once; another one tells it when the first dies in the middle of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBudgetConnection } from '../src/storage/redis/budget-connection.ts';
import { budgetKeys } from '../src/storage/redis/budget-keys.ts';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { startWebhook } from './support/webhook.ts';

/** Some rounds of the alerts'. */
const roundsMs = 15_000;

async function prepare(world: BudgetWorld, url: string): Promise<void> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'finance', namespace: 'agentgateway-system' },
    stringData: { url },
  };
  await world.cluster.apply(JSON.stringify(secret));
  await world.key('tg-alerted', {}, { team: 'alerted' });
  await world.budget('alerting', {
    selector: { matchLabels: { team: 'alerted' } },
    limit: { requests: 4 },
    alerts: [50, 75].map((atPercent) => ({ atPercent, webhook: 'finance' })),
  });
}

test('an alert of a shared budget is told once, and again by another gateway when its teller dies', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const env = { TOLLGATE_REDIS_URL: redis.url };
  const worlds = [await budgetWorld(t, [], env), await budgetWorld(t, [], env)];
  const hook = await startWebhook(t);
  for (const [at, world] of worlds.entries()) await prepare(world, `${hook.url}/${at}`);
  const connection = openBudgetConnection({
    url: redis.url,
    timeoutMs: 2_000,
    nowMs: () => performance.now(),
  });
  t.after(() => connection.close());
  const states = async () => {
    const all = (await connection.send(['HGETALL', budgetKeys.alerts])) as string[];
    return Object.fromEntries(
      all.flatMap((id, at) => (at % 2 === 0 ? [[id.split('|')[3]!, { id, state: all[at + 1]! }]] : [])),
    );
  };
  const percents = () => hook.received.map(({ body }) => JSON.parse(body).atPercent as number);

  // Neither alone has counted half of it. A new server grants nothing for some seconds.
  for (const world of worlds)
    await eventually(async () => assert.equal((await world.ask('tg-alerted')).status, 200), roundsMs);
  await eventually(async () => assert.equal((await states())['50']?.state, 'told'), roundsMs);
  assert.deepEqual(percents(), [50]);

  hook.holding = true;
  assert.equal((await worlds[0]!.ask('tg-alerted')).status, 200);
  await eventually(() => assert.deepEqual(percents(), [50, 75]), roundsMs);
  // Whichever of them it was, only the other is left.
  const teller = hook.received[1]!.path.at(-1);
  await worlds[Number(teller)]!.gateway.stop('SIGKILL');
  const { id, state } = (await states())['75']!;
  assert.notEqual(state, 'told');
  hook.holding = false;
  // Instead of waiting for its claim to end.
  await connection.send(['HSET', budgetKeys.alerts, id, '1']);
  await eventually(() => assert.deepEqual(percents(), [50, 75, 75]), roundsMs);
  assert.notEqual(hook.received[2]!.path.at(-1), teller);
  await eventually(async () => assert.equal((await states())['75']?.state, 'told'));
});
