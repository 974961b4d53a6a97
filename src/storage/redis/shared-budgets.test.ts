/** Several machines over one server: what one grants the others know of, exactly, at almost no cost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charges, hold, readings } from '../accounts-conformance.ts';
import { budgetKeys } from './budget-keys.ts';
import { RedisConnection } from './connection.ts';
import { noRedis } from './redis-server.fixture.ts';
import { tell } from './redis-topologies.fixture.ts';
import { eventually, item, world } from './shared-budgets.fixture.ts';

test('far from its limit a counter costs almost no exchanges; slices shrink, the end is exact', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const [one, two] = [await machine('one'), await machine('two')];
  const items = [item()];
  let granted = 0;
  let waited = 0;
  for (let n = 0; n < 1_000; n++) {
    const { accounts } = n % 2 === 0 ? one : two;
    const outcome = accounts.reserve({ items, wantedOutput: 0, minimumOutput: 0 });
    if (outcome instanceof Promise) waited++;
    if ('granted' in (await outcome)) granted++;
    accounts.settle(charges(items, 0, 90), '{}');
  }
  assert.equal(granted, 1_000);
  assert.ok(waited < 60, `${waited} of 1000 waited`);
  // 10,000 are left, of which idle leases come back.
  let more = 0;
  await eventually(async () => {
    while ((await hold(one.accounts, items, 0)) !== undefined) more++;
    assert.equal(more, 100);
  });
  assert.equal(await hold(two.accounts, items, 0), undefined);
  assert.deepEqual(await readings(two.accounts, items), [{ used: 90_000, reserved: 10_000 }]);
});

test('calls that come all the time do not keep each other waiting for a server that is far away', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const { accounts } = await machine('one', { cut: { isCut: false, delayMs: 10 } });
  const items = [item({ limit: 100_000_000 })];
  let waited = 0;
  const calls: Promise<void>[] = [];
  for (let turn = 0; turn < 150; turn++) {
    const outcome = accounts.reserve({ items, wantedOutput: 0, minimumOutput: 0 });
    if (outcome instanceof Promise) waited++;
    calls.push(Promise.resolve(outcome).then(() => accounts.settle(charges(items, 0, 90), '{}')));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  assert.ok(waited < 75, `${waited} of 150 waited`);
});

test('a thousand calls at once wait for one exchange or two, not for one after the other; the next thousand for none', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const { accounts } = await machine('one');
  const items = [item({ limit: 100_000_000 })];
  const exchanges = async () =>
    Number(
      /cmdstat_evalsha:calls=(\d+)/.exec(String(await tell(redis.port, 'INFO', 'commandstats')))?.[1] ?? 0,
    );
  assert.equal(await hold(accounts, items, 0), 0);
  const before = await exchanges();
  const outcomes = Array.from({ length: 1_000 }, () => hold(accounts, items, 0));
  assert.deepEqual(new Set(await Promise.all(outcomes)), new Set([0]));
  for (let n = 0; n < 1_000; n++) {
    const outcome = accounts.reserve({ items, wantedOutput: 0, minimumOutput: 0 });
    assert.equal(outcome instanceof Promise, false, `call ${n} waited`);
  }
  const made = (await exchanges()) - before;
  // A tick of the thread or a beat of its agent may be among them.
  assert.ok(made <= 4, `${made} exchanges`);
});

test('a changed limit holds at once, whatever was leased under the one before', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const [one, two] = [await machine('one'), await machine('two')];
  const before = [item({ limit: 100_000 })];
  for (const { accounts } of [one, two])
    for (let n = 0; n < 20; n++) {
      assert.equal(await hold(accounts, before, 0), 0);
      accounts.settle(charges(before, 0, 90), '{}');
    }
  const lowered = [item({ limit: 3_800 })];
  let more = 0;
  await eventually(async () => {
    for (const { accounts } of [one, two]) while ((await hold(accounts, lowered, 0)) !== undefined) more++;
    assert.equal(more, 2);
  });
  const raised = [item({ limit: 4_000 })];
  assert.equal(await hold(two.accounts, raised, 0), 0);
  assert.equal(await hold(one.accounts, raised, 0), 0);
  assert.equal(await hold(one.accounts, raised, 0), undefined);
});

test('soft budgets let pass what begins below the limit; what is only reported is counted and never refused', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const [one, two] = [await machine('one'), await machine('two')];
  const soft = [item({ limit: 1_000, enforce: 'soft' })];
  let passed = 0;
  while ((await hold([one, two][passed % 2]!.accounts, soft, 0)) !== undefined) {
    [one, two][passed % 2]!.accounts.settle(charges(soft, 0, 300), '{}');
    passed++;
    await eventually(async () => assert.equal((await readings(one.accounts, soft))[0]!.used, passed * 300));
  }
  assert.equal(passed, 4);
  const reported = [item({ budget: 'ns/r', limit: 10, enforce: 'report' })];
  for (const { accounts } of [one, two]) assert.equal(await hold(accounts, reported, 0), 0);
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, reported), [{ used: 0, reserved: 200 }]),
  );
  for (const { accounts } of [one, two]) accounts.settle(charges(reported, 0, 60), '{}');
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, reported), [{ used: 120, reserved: 0 }]),
  );
});

test('what others have leased is listed, with its end; counters are listed and reset for all', {
  skip: noRedis,
}, async (t) => {
  const { machine } = await world(t);
  const [one, two] = [await machine('one'), await machine('two')];
  const items = [item({ group: 'a|b@c', limit: 1_000 })];
  assert.equal(await hold(one.accounts, items, 300), 300);
  assert.deepEqual(await one.agent.leases('ns/b'), []);
  const [lease, ...others] = await two.agent.leases('ns/b');
  assert.deepEqual(others, []);
  const { id, leaseUntilMs, amount, ...rest } = lease!;
  assert.match(id, /^lease:.*one/);
  assert.ok(amount >= 400 && Math.abs(leaseUntilMs! - Date.now() - 30_000) < 5_000);
  assert.deepEqual(rest, { budget: 'ns/b', group: 'a|b@c', unit: 'tokens' });
  one.accounts.settle(charges(items, 300, 77), '{}');
  const key = 'budget|ns/b|tokens|a|b@c';
  await eventually(async () =>
    assert.deepEqual(await two.agent.list('budget|'), [
      { key, windowStart: 86_400, windowSeconds: 86_400, value: 77 },
    ]),
  );
  assert.equal(await two.agent.reset('budget|ns/b|'), 1);
  assert.equal(await two.agent.reset('budget|ns/other|'), 0);
  assert.deepEqual(await readings(one.accounts, items), [{ used: 0, reserved: 0 }]);
  assert.equal(await hold(one.accounts, items, 0), 0);
  one.accounts.settle(charges(items, 0, 5), '{}');
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, items), [{ used: 5, reserved: 0 }]),
  );
});

test('counters of windows that ended long ago go, those of windows in force stay', {
  skip: noRedis,
}, async (t) => {
  const { machine, redis } = await world(t);
  const one = await machine('one');
  const items = [item(), item({ slices: [3_600], keepSeconds: 3_600 }), item({ slices: [93_600, 97_200] })];
  assert.equal(await hold(one.accounts, items, 0), 0);
  one.accounts.settle(charges(items, 0, 50), '{}');
  const connection = new RedisConnection({
    url: redis.url,
    timeoutMs: 1_000,
    nowMs: () => performance.now(),
  });
  t.after(() => connection.close());
  const counted = async () =>
    ((await connection.send(['HKEYS', budgetKeys.used])) as string[])
      .filter((field) => !field.startsWith('#'))
      .sort();
  const [ended, ...live] = ['3600+3600', '86400+86400', '97200+86400'].map(
    (window) => `ns/b|tokens|@${window}`,
  );
  await eventually(async () => assert.deepEqual(await counted(), [ended, ...live]));
  for (let beat = 0; beat < 60; beat++) await one.agent.beat();
  assert.deepEqual(await counted(), live);
});
