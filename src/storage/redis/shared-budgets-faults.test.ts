/** Several machines over one server: no limit is passed, whatever process, server or connection fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { charges, hold, readings } from '../accounts-conformance.ts';
import type { TestProcess } from './accounts-process.fixture.ts';
import { startCuttingProxy } from './cutting-proxy.fixture.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';
import { eventually, item, world } from './shared-budgets.fixture.ts';

const rounds = process.env['TOLLGATE_TEST_LONG'] === '1' ? 60_000 : 3_000;

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

interface Caller {
  machine: TestProcess;
  open: number[];
  isDown?: boolean;
}

test('connections cut at any moment, commands that arrive late, processes that die: never passed, all counted in the end', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const proxy = await startCuttingProxy(redis.port);
  t.after(() => proxy.close());
  // Reproducible but for the machine's own pace.
  let state = 12_345;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const start = async (name: string): Promise<Caller> => ({
    machine: await machine(name, { url: proxy.url, timeoutMs: 200 }),
    open: [],
  });
  const callers = await Promise.all(['one', 'two', 'three'].map(start));
  const limit = 20_000;
  const items = [item({ limit }), item({ budget: 'ns/wide', limit: limit * 2, slices: [93_600, 97_200] })];
  const until = performance.now() + rounds;
  let used = 0;
  let granted = 0;
  let failed = 0;
  let most = 0;
  const calls = new Set<Promise<void>>();
  const heldNow = () => callers.flatMap(({ open }) => open).reduce((sum, output) => sum + 100 + output, 0);
  const settle = (caller: Caller) => {
    const output = caller.open.shift();
    if (output === undefined) return;
    const spent = Math.floor((100 + output) * random() * 0.05);
    caller.machine.accounts.settle(charges(items, output, spent), '{}');
    used += spent;
  };
  const call = async (caller: Caller) => {
    const { accounts } = caller.machine;
    const output = await hold(accounts, items, Math.floor(random() * 300)).catch(() => void failed++);
    // A process that died holds nothing any more.
    if (output === undefined || caller.machine.accounts !== accounts || caller.isDown) return;
    caller.open.push(output);
    granted++;
    most = Math.max(most, used + heldNow());
  };
  const work = async (caller: Caller, name: string) => {
    while (performance.now() < until) {
      for (let n = 0; n < 4; n++) calls.add(call(caller));
      await new Promise((resolve) => setTimeout(resolve, random() * 6));
      while (caller.open.length > 12 || (caller.open.length > 0 && random() < 0.6)) settle(caller);
      if (random() > 0.01) continue;
      caller.isDown = true;
      caller.machine.crash();
      caller.open = [];
      caller.machine = await machine(name, { url: proxy.url, timeoutMs: 200 });
      caller.isDown = false;
    }
  };
  const cuts = setInterval(() => proxy.cut(random), 15);
  await Promise.all(callers.map((caller, index) => work(caller, ['one', 'two', 'three'][index]!)));
  clearInterval(cuts);
  await Promise.all(calls);
  for (const caller of callers) while (caller.open.length > 0) settle(caller);
  t.diagnostic(`${granted} granted, ${failed} failed, ${used} used, ${most} at most of ${limit}`);
  assert.ok(most <= limit);
  assert.ok(granted > 100 && failed > 0);
  for (const caller of callers)
    await eventually(async () => {
      for (const { machine } of callers) await machine.agent.beat();
      for (const reading of await readings(caller.machine.accounts, items))
        assert.deepEqual(reading, { used, reserved: 0 });
    });
});
