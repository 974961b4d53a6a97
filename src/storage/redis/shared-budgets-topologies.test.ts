/** Budgets in a Cluster and behind Sentinels: real servers, and a primary that is lost while they count. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { charges, hold, readings, reservationItem } from '../accounts-conformance.ts';
import { openTestProcess, type TestProcess } from './accounts-process.fixture.ts';
import { noRedis } from './redis-server.fixture.ts';
import { startClusterTopology, startSentinelTopology, tell, until } from './redis-topologies.fixture.ts';

const items = [reservationItem(), reservationItem({ budget: 'ns/other' })];

async function over(t: TestContext, topology: { url: string; stop(): Promise<void> }): Promise<TestProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-topology-'));
  const machine = await openTestProcess({ url: topology.url, directory, timeoutMs: 500 });
  t.after(async () => {
    await machine.close();
    await topology.stop();
    rmSync(directory, { recursive: true });
  });
  return machine;
}

suite('budgets over several servers', { skip: noRedis }, () => {
  test('in a Cluster all of a hierarchy is at the member that has its slot', async (t) => {
    const topology = await startClusterTopology();
    const machine = await over(t, topology);
    assert.equal(await hold(machine.accounts, items, 100), 100);
    machine.accounts.settle(charges(items, 100, 150), '{}');
    for (const reading of await readings(machine.accounts, items))
      assert.deepEqual(reading, { used: 150, reserved: 0 });
    const sizes = await Promise.all(topology.nodes.map(({ port }) => tell(port, 'DBSIZE')));
    assert.equal(sizes.filter((size) => size !== 0).length, 1);
  });

  test('behind Sentinels a lost primary is followed to the one that takes over', async (t) => {
    const topology = await startSentinelTopology();
    const machine = await over(t, topology);
    assert.equal(await hold(machine.accounts, items, 100), 100);
    machine.accounts.settle(charges(items, 100, 150), '{}');
    await topology.primary.stop();
    // Nobody can be told; the journal has it.
    machine.accounts.settle(charges(items, 0, 30), '{}');
    await until(async () => {
      await machine.agent.beat();
      assert.deepEqual(await readings(machine.accounts, items), [
        { used: 180, reserved: 0 },
        { used: 180, reserved: 0 },
      ]);
      return true;
    });
  });
});
