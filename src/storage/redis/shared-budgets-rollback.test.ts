/** A server that lost its last moments: an old dump, a replica that lagged, a log that was cut. Nothing is granted twice. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { charges, hold, readings } from '../accounts-conformance.ts';
import type { TestProcess } from './accounts-process.fixture.ts';
import { budgetKeys } from './budget-keys.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';
import { startSentinelTopology, tell, until } from './redis-topologies.fixture.ts';
import { eventually, item, worldOver } from './shared-budgets.fixture.ts';

const skip = noRedis;
/** A thread that has nothing to do tells once a second. */
const settlingMs = 2_000;
const tries = 400;
const items = [item({ limit: 2_000 }), item({ budget: 'ns/wide', limit: 50_000 })];

/** Beats until what `machine` reads is as it should be. */
function untilStands(machines: readonly TestProcess[], used: number, reserved: number): Promise<void> {
  return eventually(async () => {
    for (const { agent } of machines) await agent.beat();
    for (const { accounts } of machines)
      for (const reading of await readings(accounts, items)) assert.deepEqual(reading, { used, reserved });
  }, tries);
}

/** Two machines at work; what happens after `remember` is lost by `lose`, which one of them hears of first. */
async function lostMoments(
  t: TestContext,
  url: string,
  remember: () => Promise<unknown>,
  lose: () => Promise<unknown>,
): Promise<void> {
  const machine = worldOver(t, url);
  const [one, two] = [await machine('one', { settlingMs }), await machine('two', { settlingMs })];
  await eventually(async () => assert.equal(await hold(one.accounts, items, 100), 100), tries);
  one.accounts.settle(charges(items, 100, 30), '{}');
  await untilStands([one, two], 30, 0);
  await remember();
  assert.equal(await hold(one.accounts, items, 900), 900);
  one.accounts.settle(charges(items, 900, 70), '{}');
  assert.equal(await hold(one.accounts, items, 1_000), 1_000);
  await untilStands([one, two], 100, 1_100);
  await lose();
  // Who asks first knows of nothing that was lost.
  let granted = 0;
  await eventually(async () => {
    for (const { agent } of [one, two]) await agent.beat();
    granted += 100 + ((await hold(two.accounts, items, 1_500)) ?? assert.fail('refused'));
  }, tries);
  t.diagnostic(`${granted} granted besides 1,100 held and 100 used of 2,000`);
  assert.equal(granted, 800);
  await untilStands([one, two], 100, 1_900);
  one.accounts.settle(charges(items, 1_000, 1_100), '{}');
  two.accounts.settle(charges(items, 700, 800), '{}');
  await untilStands([one, two], 2_000, 0);
}

test('a server that comes back with an old dump', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-dump-'));
  const args = ['--dir', directory];
  const redis = await startRedis({ args });
  await lostMoments(
    t,
    redis.url,
    () => tell(redis.port, 'SAVE'),
    async () => {
      await redis.stop();
      const again = await startRedis({ args, port: redis.port });
      t.after(async () => {
        await again.stop();
        rmSync(directory, { recursive: true });
      });
    },
  );
});

test('a server that knows the scripts, yet not the last that it was told', { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-dump-'));
  const redis = await startRedis({ args: ['--dir', directory, '--enable-debug-command', 'yes'] });
  t.after(async () => {
    await redis.stop();
    rmSync(directory, { recursive: true });
  });
  const lose = () => tell(redis.port, 'DEBUG', 'RELOAD', 'NOSAVE');
  await lostMoments(
    t,
    redis.url,
    () => tell(redis.port, 'SAVE'),
    async () => {
      await lose();
      // The one that lost nothing of its own does not know; the other tells within a second.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    },
  );
});

test('a replica that lagged takes over', { skip }, async (t) => {
  const topology = await startSentinelTopology();
  t.after(() => topology.stop());
  const { primary, replica } = topology;
  await lostMoments(
    t,
    topology.url,
    async () => {
      const offset = async () =>
        /offset=(\d+)/.exec(String(await tell(primary.port, 'INFO', 'replication')))?.[1];
      const own = async () =>
        /slave_repl_offset:(\d+)/.exec(String(await tell(replica.port, 'INFO', 'replication')))?.[1];
      await until(async () => (await offset()) === (await own()));
      // What the primary writes from now on does not get there.
      await tell(primary.port, 'CONFIG', 'SET', 'repl-timeout', '3600');
      await tell(replica.port, 'CONFIG', 'SET', 'masterauth', 'none');
      await tell(primary.port, 'CLIENT', 'KILL', 'TYPE', 'replica');
    },
    async () => {
      await primary.stop();
    },
  );
});

test('the first call of a gateway that starts later finds the server as it is', { skip }, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const machine = worldOver(t, redis.url);
  const generation = () => tell(redis.port, 'HGET', budgetKeys.used, '#generation');
  const one = await machine('one');
  const begun = await generation();
  assert.equal(await hold(one.accounts, items, 100), 100);
  const two = await machine('two');
  assert.equal(await hold(two.accounts, items, 100), 100);
  assert.equal(await generation(), begun);
});
