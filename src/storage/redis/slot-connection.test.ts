import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hold, readings, reservationItem } from '../accounts-conformance.ts';
import { openTestProcess, type TestProcess } from './accounts-process.fixture.ts';
import { RedisConnection } from './connection.ts';
import { freePort, noRedis, startRedis } from './redis-server.fixture.ts';

async function startNode() {
  const bus = String(await freePort());
  return startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', bus] });
}

test('in a Redis Cluster budgets are reserved at the node that has their slot', {
  skip: noRedis,
}, async (t) => {
  const nodes = await Promise.all([startNode(), startNode()]);
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-cluster-'));
  const raw = nodes.map(
    ({ url }) => new RedisConnection({ url, timeoutMs: 2_000, nowMs: () => performance.now() }),
  );
  const machines: TestProcess[] = [];
  t.after(async () => {
    for (const machine of machines) await machine.close();
    for (const connection of raw) connection.close();
    for (const node of nodes) await node.stop();
    rmSync(directory, { recursive: true });
  });
  const [one, two] = raw as [RedisConnection, RedisConnection];
  const busOf = async (connection: RedisConnection) =>
    /@(\d+)/.exec(String(await connection.send(['CLUSTER', 'NODES'])))![1]!;
  await two.send(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
  await one.send(['CLUSTER', 'MEET', '127.0.0.1', String(nodes[1]!.port), await busOf(two)]);
  const isReady = async (connection: RedisConnection) =>
    String(await connection.send(['CLUSTER', 'INFO'])).includes('cluster_state:ok') &&
    /cluster_known_nodes:2/.test(String(await connection.send(['CLUSTER', 'INFO'])));
  for (let left = 200; left > 0 && !((await isReady(one)) && (await isReady(two))); left--)
    await new Promise((resolve) => setTimeout(resolve, 25));

  const machine = await openTestProcess({ url: nodes[0]!.url, directory });
  machines.push(machine);
  const items = [reservationItem(), reservationItem({ budget: 'ns/other' })];
  assert.equal(await hold(machine.accounts, items, 100), 100);
  assert.equal(Number(await two.send(['DBSIZE'])) > 0, true);
  assert.equal(await one.send(['DBSIZE']), 0);
  assert.deepEqual(await readings(machine.accounts, items), [
    { used: 0, reserved: 200 },
    { used: 0, reserved: 200 },
  ]);
});
