/**
 * Three gateway processes over one Redis: a hard budget is never passed, however many calls are made at once, and almost all of it
 * can be used. The long form (`npm run test:long`) has more calls and rounds.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import {
  body,
  calls,
  countedOf,
  maxTokens,
  neededByOne,
  rounds,
  setUpProbe,
  usedTokens,
  worths,
} from './support/budget-load.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

test(`${calls} calls at once through three gateways: never passed, almost all usable`, {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const worlds = await startWorlds(t, redis.url);
  const reservation = await reservationOf(worlds[0]!);
  for (const worth of worths) {
    const owner = `tg-worth-${worth}`;
    const limit = worth * reservation;
    await everywhere(worlds, owner, { tokens: limit });
    const before = await spentBy(worlds);
    const statuses = await Promise.all(
      Array.from({ length: calls }, async (_, n) => (await worlds[n % 3]!.ask(owner, body(n))).status),
    );
    assert.deepEqual(new Set([...statuses, 200, 429]), new Set([200, 429]));
    const atOnce = (await spentBy(worlds)) - before;
    assert.ok(atOnce <= limit, `${atOnce} of ${limit}`);
    // What was leased or given back elsewhere is taken again: until no further call fits anywhere.
    await eventually(async () => {
      for (const world of worlds)
        for (let status = 200; status === 200; ) status = (await world.ask(owner, body(0))).status;
      assert.ok(limit - (await spentBy(worlds)) + before < reservation);
    });
    const spent = (await spentBy(worlds)) - before;
    t.diagnostic(`worth ${worth}: ${atOnce} of ${limit} at once, ${spent} at last`);
    assert.ok(spent <= limit, `${spent} of ${limit}`);
    for (const world of worlds)
      await eventually(async () => assert.deepEqual(await stand(world, owner), [spent, 0]));
    await eventually(async () => assert.equal(await enteredBy(worlds, owner), spent));
  }
});

test(`${rounds} rounds of kill -9 of one of three gateways under load: every full answer counts once`, {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const worlds = await startWorlds(t, redis.url);
  const reservation = await reservationOf(worlds[0]!);
  const owner = 'tg-crash';
  const limit = 1_000 * reservation;
  await everywhere(worlds, owner, { tokens: limit });
  let answered = 0;
  for (let round = 0; round < rounds; round++) {
    let isOver = false;
    const load = worlds.flatMap((world) =>
      Array.from({ length: 10 }, async (_, index) => {
        while (!isOver) {
          // The connection breaks when its gateway is killed.
          const answer = await world.ask(owner, body(index)).catch(() => undefined);
          if (answer === undefined) return;
          assert.ok([200, 429].includes(answer.status), answer.text);
          if (answer.status === 200 && /(\}|data: \[DONE\])\s*$/.test(answer.text)) answered++;
        }
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100 + ((round * 137) % 300)));
    await worlds[round % 3]!.restart('SIGKILL');
    isOver = true;
    await Promise.all(load);
    await eventually(async () => {
      const entered = await Promise.all(worlds.map((world) => entriesOf(world, owner)));
      const [tokens, requests] = [0, 1].map((at) => entered.reduce((sum, figures) => sum + figures[at]!, 0));
      assert.ok(requests! >= answered, `${requests} calls entered, ${answered} answered in full`);
      assert.ok(tokens! <= limit, `${tokens} of ${limit}`);
      for (const world of worlds) assert.deepEqual(await stand(world, owner), [tokens, 0]);
    });
  }
  assert.ok(answered > 0);
});

test('a Redis that hangs, and one that comes back empty: refused or let through as each budget says, nothing lost', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const world = await budgetWorld(t, [], { TOLLGATE_REDIS_URL: redis.url });
  await reservationOf(world);
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

function startWorlds(t: Parameters<typeof budgetWorld>[0], url: string): Promise<BudgetWorld[]> {
  // Thousands of calls at once leave a small machine no time to answer soon.
  const env = { TOLLGATE_REDIS_URL: url, TOLLGATE_REDIS_TIMEOUT_MS: '5000' };
  return Promise.all(['1', '1', '2'].map((workers) => budgetWorld(t, ['--workers', workers], env)));
}

/** What one call reserves, once every part of it is in force. */
async function reservationOf(world: BudgetWorld): Promise<number> {
  await setUpProbe(world);
  return eventually(() => neededByOne(world));
}

async function everywhere(worlds: readonly BudgetWorld[], owner: string, limit: object): Promise<void> {
  const spec = {
    selector: { matchLabels: { owner } },
    limit,
    reservation: { minimumOutputTokens: maxTokens },
  };
  for (const world of worlds) {
    await world.key(owner, {}, { owner });
    await world.budget(owner, spec);
  }
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
