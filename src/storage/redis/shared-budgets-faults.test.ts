/** Several machines over one server: no limit is passed, whatever process, server or connection fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../../test/support/free-port.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { charges, hold, readings } from '../accounts-conformance.ts';
import { startCuttingProxy } from './cutting-proxy.fixture.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';
import { eventually, item, world, worldOver } from './shared-budgets.fixture.ts';
import { fight, reproducible } from './shared-budgets-load.fixture.ts';

const forMs = process.env['TOLLGATE_TEST_LONG'] === '1' ? 60_000 : 3_000;
/** Beyond that: a busy machine is slow to put its processes to rest. */
const timeout = forMs + 110_000;

test('kill -9: what was charged is there after the restart, what was leased comes back', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const [one, two] = [await machine('one'), await machine('two')];
  const items = [item({ limit: 1_000 })];
  for (let n = 0; n < 3; n++) assert.equal(await hold(one.accounts, items, 100), 100);
  one.accounts.settle(charges(items, 100, 150), '{}');
  one.crash();
  // Not told yet, and nobody knows: all of it counts.
  const [before] = await readings(two.accounts, items);
  assert.ok(before!.used + before!.reserved >= 550, JSON.stringify(before));
  const again = await machine('one');
  assert.deepEqual(await readings(two.accounts, items), [{ used: 150, reserved: 0 }]);
  assert.deepEqual(await readings(again.accounts, items), [{ used: 150, reserved: 0 }]);
});

test('a lease that ends without its owner is charged whole, and put right when it is back', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const one = await machine('one', { leaseMs: 50 });
  const two = await machine('two');
  const items = [
    item({ limit: 1_000 }),
    item({ unit: 'concurrency', limit: 2, fixed: 1, perOutputToken: 0, slices: [0] }),
  ];
  assert.equal(await hold(one.accounts, items, 200), 200);
  const [used, ended] = charges(items, 200, 40);
  one.accounts.settle([used!, { ...ended!, used: 0 }], '{}');
  assert.equal(await hold(one.accounts, items, 200), 200);
  one.crash();
  await eventually(async () => {
    await two.agent.beat();
    assert.equal(two.warnings.length, 1);
  });
  const [tokens, atOnce] = await readings(two.accounts, items);
  assert.equal(tokens!.reserved, 0);
  assert.ok(tokens!.used >= 340);
  assert.deepEqual(atOnce, { used: 0, reserved: 0 });
  await machine('one');
  assert.deepEqual(await readings(two.accounts, items), [
    { used: 40, reserved: 0 },
    { used: 0, reserved: 0 },
  ]);
});

test('a process that only slept finds its lease charged, and goes on as if nothing was', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const one = await machine('one', { leaseMs: 400 });
  const two = await machine('two');
  const items = [item({ limit: 1_000 })];
  assert.equal(await hold(one.accounts, items, 200), 200);
  // Nobody hears of it until its lease has ended.
  process.kill(redis.pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 500));
  process.kill(redis.pid, 'SIGCONT');
  await eventually(async () => {
    await two.agent.beat();
    assert.deepEqual(await readings(two.accounts, items), [{ used: 0, reserved: 300 }]);
  });
  one.accounts.settle(charges(items, 200, 10), '{}');
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, items), [{ used: 10, reserved: 0 }]),
  );
});

test('a server that hangs, and one that is gone: refused within the deadline, back without a restart, nothing lost', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const one = await machine('one', { timeoutMs: 100 });
  const items = [item({ limit: 1_000 })];
  assert.equal(await hold(one.accounts, items, 100), 100);
  process.kill(redis.pid, 'SIGSTOP');
  const began = performance.now();
  await assert.rejects(hold(one.accounts, items, 900), RateLimitUnavailable);
  assert.ok(performance.now() - began < 1_000);
  // Known by now: nobody waits for it any more.
  await assert.rejects(hold(one.accounts, items, 900), RateLimitUnavailable);
  one.accounts.settle(charges(items, 100, 120), '{}');
  process.kill(redis.pid, 'SIGCONT');
  await eventually(async () =>
    assert.deepEqual(await readings(one.accounts, items), [{ used: 120, reserved: 0 }]),
  );
});

test('a server that lost its data: nothing is granted until every process has told what it has', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const settlingMs = 400;
  const [one, two] = [await machine('one', { settlingMs }), await machine('two', { settlingMs })];
  const gone = await machine('gone', { settlingMs });
  const items = [item({ limit: 1_000 })];
  await eventually(async () => assert.equal(await hold(gone.accounts, items, 100), 100));
  gone.accounts.settle(charges(items, 100, 70), '{}');
  await gone.close();
  for (const { agent } of [one, two]) for (let beat = 0; beat < 6; beat++) await agent.beat();
  assert.equal(await hold(one.accounts, items, 100), 100);
  one.accounts.settle(charges(items, 100, 130), '{}');
  assert.equal(await hold(two.accounts, items, 100), 100);
  const { port } = redis;
  await redis.stop();
  const empty = await startRedis({ port });
  t.after(() => empty.stop());
  let refused = 0;
  await eventually(async () => {
    await Promise.all([one.agent.beat(), two.agent.beat()]);
    try {
      assert.deepEqual(await readings(one.accounts, items), [{ used: 200, reserved: 200 }]);
    } catch (error) {
      if (error instanceof RateLimitUnavailable) refused++;
      throw error;
    }
  });
  assert.ok(refused > 0);
  assert.equal(await hold(one.accounts, items, 600), 500);
  assert.equal(await hold(two.accounts, items, 1), undefined);
});

test('connections cut at any moment, commands that arrive late, processes that die: never passed, all counted in the end', {
  skip: noRedis,
  timeout,
}, async (t) => {
  const { machine, redis } = await world(t);
  const proxy = await startCuttingProxy(redis.port);
  t.after(() => proxy.close());
  const random = reproducible();
  const open = (name: string) => machine(name, { url: proxy.url, timeoutMs: 200 });
  const cuts = setInterval(() => proxy.cut(random), 15);
  const { granted, failed } = await fight(t, { open, random, forMs, deaths: 0.01 }, () =>
    clearInterval(cuts),
  );
  assert.ok(granted > 100 && failed > 0);
});

test('a server that is killed at any moment and comes back with its log: nothing lost, nothing double', {
  skip: noRedis,
  timeout,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-log-'));
  const port = await freePort();
  const start = () => startRedis({ port, args: ['--dir', directory, '--appendonly', 'yes'] });
  let redis = await start();
  t.after(async () => {
    await redis.stop();
    rmSync(directory, { recursive: true });
  });
  const machine = worldOver(t, redis.url);
  const random = reproducible();
  const open = (name: string) => machine(name, { timeoutMs: 200, settlingMs: 100 });
  let isOver = false;
  let kills = 0;
  const killing = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 200 + random() * 400));
      await redis.stop();
      redis = await start();
      kills++;
    }
  })();
  const { granted, failed } = await fight(t, { open, random, forMs, deaths: 0.002 }, () => {
    isOver = true;
    return killing;
  });
  t.diagnostic(`${kills} kills of the server`);
  assert.ok(granted > 100 && failed > 0 && kills > 2);
});

test('a server that is killed again and again and comes back empty: never passed, all put together again', {
  skip: noRedis,
  timeout,
}, async (t) => {
  const port = await freePort();
  let redis = await startRedis({ port });
  t.after(() => redis.stop());
  const machine = worldOver(t, redis.url);
  const random = reproducible();
  // Longer than who is not heard may spend what it has leased.
  const settlingMs = 2_700;
  const agents = new Map<string, { beat(): Promise<void> }>();
  const open = async (name: string) => {
    const opened = await machine(name, { timeoutMs: 200, settlingMs });
    agents.set(name, opened.agent);
    return opened;
  };
  let isOver = false;
  let kills = 0;
  const killing = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, settlingMs + 500 + random() * 1_500));
      await redis.stop();
      redis = await startRedis({ port });
      kills++;
    }
  })();
  const beats = setInterval(() => {
    for (const agent of agents.values()) void agent.beat();
  }, 500);
  const long = Math.max(forMs, 12_000);
  const { granted, failed } = await fight(t, { open, random, forMs: long, deaths: 0.0005 }, () => {
    isOver = true;
    clearInterval(beats);
    return killing;
  });
  t.diagnostic(`${kills} kills of the server`);
  assert.ok(granted > 50 && failed > 0 && kills > 1);
});

test('a server that is slow, and stands still again and again: never passed, all counted in the end', {
  skip: noRedis,
  timeout,
}, async (t) => {
  const { machine, redis } = await world(t);
  const random = reproducible();
  let isOver = false;
  const stalling = (async () => {
    while (!isOver) {
      process.kill(redis.pid, 'SIGSTOP');
      // Shorter than the deadline as often as longer.
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      process.kill(redis.pid, 'SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, random() * 200));
    }
  })();
  const open = (name: string) => machine(name, { timeoutMs: 200 });
  const { granted, failed } = await fight(t, { open, random, forMs, deaths: 0.002 }, () => {
    isOver = true;
    return stalling;
  });
  assert.ok(granted > 100 && failed > 0);
});
