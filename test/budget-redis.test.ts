/**
 * Three gateway processes over one Redis: a hard budget is never passed, however many calls are made at once, and almost all of it
 * can be used. The long form (`npm run test:long`) has more calls.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import {
  body,
  calls,
  countedOf,
  neededByOne,
  setUpProbe,
  startSharing,
  usedTokens,
  worths,
} from './support/budget-load.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { realistic, reservationOf, useUp } from './support/realistic-load.ts';

test(`${calls} calls at once through three gateways: never passed, almost all usable`, {
  skip: noRedis,
  timeout: 600_000,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const { worlds, everywhere } = await startSharing(t, redis.url);
  const reservation = await reservationOf(worlds[0]!, realistic);
  for (const worth of worths) {
    const owner = `tg-worth-${worth}`;
    const limit = worth * reservation;
    await everywhere(owner, { tokens: limit }, {});
    const before = await spentBy(worlds);
    const ask = (n: number) => worlds[n % 3]!.ask(owner, realistic.body(n));
    const left = async () => limit - (await spentBy(worlds)) + before;
    const { passed, rounds, afterwards } = await useUp(ask, left, realistic, calls);
    const spent = limit - (await left());
    t.diagnostic(
      `worth ${worth}: ${passed} of ${rounds * calls} at once passed and ${afterwards} after them, ${spent} of ${limit} tokens, ${((100 * spent) / limit).toFixed(1)} %`,
    );
    assert.ok(spent <= limit, `${spent} of ${limit}`);
    assert.ok(spent / limit >= realistic.usable(worth), `${spent} of ${limit}`);
    for (const world of worlds)
      await eventually(async () => assert.deepEqual(await stand(world, owner), [spent, 0]));
    await eventually(async () => assert.equal(await enteredBy(worlds, owner), spent));
  }
});

test('a killed gateway that does not come back: its lease counts as used, then comes back to the others', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const { worlds, reservation, everywhere } = await startSharing(t, redis.url, {
    TOLLGATE_REDIS_LEASE_MS: '3000',
    TOLLGATE_REDIS_LEASE_RETURN_MS: '2000',
  });
  const [killed, other] = [worlds[0]!, worlds[1]!];
  const owner = 'tg-gone';
  const limit = 1_000 * reservation;
  await everywhere(owner, { tokens: limit });
  const calls = Array.from({ length: 3 }, async () => {
    // The connection breaks when the gateway is killed.
    while ((await killed.ask(owner, body(1)).catch(() => undefined)) !== undefined);
  });
  await eventually(async () => assert.notEqual(await countedOf(other, 'held', owner), 0));
  await killed.gateway.stop('SIGKILL');
  await Promise.all(calls);
  await eventually(async () => {
    assert.match(other.gateway.output() + worlds[2]!.gateway.output(), /had leased came back/);
    assert.equal(await countedOf(other, 'held', owner), 0);
  }, 20_000);
  const told = await countedOf(other, 'budget', owner);
  assert.ok(told < limit / 2, `${told} of ${limit} still count as used`);
  await killed.restart('SIGKILL');
  await eventually(async () => {
    const entered = await enteredBy(worlds, owner);
    for (const world of worlds) assert.deepEqual(await stand(world, owner), [entered, 0]);
  }, 10_000);
});

test('a Redis that hangs, and one that comes back empty: refused or let through as each budget says, nothing lost', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const world = await budgetWorld(t, [], { TOLLGATE_REDIS_URL: redis.url });
  await setUpProbe(world);
  // The server was empty at the start: whoever waits until the gateway is ready is not refused for that.
  await neededByOne(world);
  const selector = (owner: string) => ({ selector: { matchLabels: { owner } } });
  const used = { closed: 0, open: 0 };
  const ask = async (owner: 'closed' | 'open', status: number) => {
    const answer = await world.ask(owner, body(0));
    assert.equal(answer.status, status, answer.text);
    if (status === 200) used[owner] += tokensOf(answer.text);
  };
  for (const owner of ['closed', 'open']) await world.key(owner, {}, { owner });
  await world.budget('closed', { ...selector('closed'), limit: { tokens: 10_000 } });
  await world.budget('open', { ...selector('open'), limit: { tokens: 10_000 }, failureMode: 'FailOpen' });
  await ask('closed', 200);
  await eventually(async () => assert.deepEqual(await stand(world, 'closed'), [used.closed, 0]));

  process.kill(redis.pid, 'SIGSTOP');
  const began = Date.now();
  await ask('closed', 503);
  assert.ok(Date.now() - began < 2_000);
  await ask('open', 200);
  process.kill(redis.pid, 'SIGCONT');
  await eventually(() => ask('closed', 200));
  const told = () =>
    eventually(async () => {
      assert.deepEqual(await stand(world, 'closed'), [used.closed, 0]);
      assert.deepEqual(await stand(world, 'open'), [used.open, 0]);
    });
  await told();

  const { port } = redis;
  await redis.stop();
  await ask('open', 200);
  await eventually(() => ask('closed', 503));
  const empty = await startRedis({ port });
  t.after(() => empty.stop());
  await eventually(async () => {
    const { status, text, headers } = await world.ask('closed', body(0));
    assert.equal(status, 503);
    assert.match(text, /closed is not open yet: .* new or lost data; try again in [1-7] s/);
    assert.match(headers.get('retry-after')!, /^[1-7]$/);
  });
  await eventually(() => ask('closed', 200), 10_000);
  await told();
  assert.match(world.gateway.output(), /shared budgets lost their data/);
  const metrics = await (await fetch(`http://${world.gateway.address}:15020/metrics`)).text();
  assert.match(metrics, /^tollgate_shared_budgets_reachable 1$/m);
});

function tokensOf(text: string): number {
  const { usage } = JSON.parse(text) as { usage: { total_tokens: number } };
  return usage.total_tokens;
}

/** Tokens and calls that were not refused. */
async function entriesOf(world: BudgetWorld, owner: string): Promise<number[]> {
  const { used, calls: made } = await usedTokens(world, owner);
  return [used, made];
}

async function spentBy(worlds: readonly BudgetWorld[]): Promise<number> {
  const usages = await Promise.all(worlds.map(({ provider }) => provider.usage()));
  return usages.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
}

/** Used and held, as any of the gateways tells it. */
async function stand(world: BudgetWorld, owner: string): Promise<number[]> {
  return [await countedOf(world, 'budget', owner), await countedOf(world, 'held', owner)];
}

async function enteredBy(worlds: readonly BudgetWorld[], owner: string): Promise<number> {
  const sums = await Promise.all(worlds.map((world) => entriesOf(world, owner)));
  return sums.reduce((sum, [tokens]) => sum + tokens!, 0);
}
