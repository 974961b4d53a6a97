/** Several Redis servers for a test, all of this machine: a primary with a replica and Sentinels, or a Cluster. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.ts';
import { RedisConnection } from './connection.ts';
import { startRedis, startRedisWith, type TestRedis } from './redis-server.fixture.ts';
import type { Reply } from './resp.ts';
import { slotCount } from './slots.ts';

export const primaryName = 'counters';

/** One command to one server, over a connection of its own. */
export async function tell(port: number, ...command: string[]): Promise<Reply> {
  const connection = new RedisConnection({
    url: `redis://127.0.0.1:${port}`,
    timeoutMs: 5_000,
    nowMs: () => performance.now(),
  });
  try {
    return await connection.send(command);
  } finally {
    connection.close();
  }
}

/** Until it holds, at most 20 seconds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new Error('it did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface SentinelTopology {
  url: string;
  primary: TestRedis;
  replica: TestRedis;
  sentinel: TestRedis;
  stop(): Promise<void>;
}

export async function startSentinelTopology(): Promise<SentinelTopology> {
  const soon = ['--repl-diskless-sync-delay', '0'];
  const primary = await startRedis({ args: soon });
  const replica = await startRedis({ args: [...soon, '--replicaof', '127.0.0.1', String(primary.port)] });
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${primaryName} 127.0.0.1 ${primary.port} 1`,
    `sentinel down-after-milliseconds ${primaryName} 300`,
    `sentinel failover-timeout ${primaryName} 3000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const sentinel = await startRedisWith([file, '--sentinel'], port, '+monitor master');
  await until(async () => String(await tell(primary.port, 'INFO', 'replication')).includes('state=online'));
  await until(async () => ((await tell(port, 'SENTINEL', 'REPLICAS', primaryName)) as Reply[]).length === 1);
  return {
    url: `redis+sentinel://127.0.0.1:${port}/${primaryName}`,
    primary,
    replica,
    sentinel,
    stop: async () => {
      for (const server of [sentinel, replica, primary]) await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface ClusterTopology {
  url: string;
  nodes: TestRedis[];
  stop(): Promise<void>;
}

/** Three primaries, a third of the slots each. */
export async function startClusterTopology(): Promise<ClusterTopology> {
  const nodes: TestRedis[] = [];
  const busPorts: string[] = [];
  for (let n = 0; n < 3; n++) {
    busPorts.push(String(await freePort()));
    const args = [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      busPorts[n]!,
      '--cluster-node-timeout',
      '2000',
    ];
    nodes.push(await startRedis({ args: [...args, '--cluster-require-full-coverage', 'no'] }));
  }
  const share = Math.ceil(slotCount / nodes.length);
  for (const [n, { port }] of nodes.entries()) {
    const last = Math.min(slotCount, (n + 1) * share) - 1;
    await tell(port, 'CLUSTER', 'ADDSLOTSRANGE', String(n * share), String(last));
    await tell(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
  }
  const [first, ...others] = nodes;
  for (const [n, { port }] of others.entries())
    await tell(first!.port, 'CLUSTER', 'MEET', '127.0.0.1', String(port), busPorts[n + 1]!);
  for (const { port } of nodes) {
    await until(async () => {
      const info = String(await tell(port, 'CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384');
    });
  }
  return {
    url: `redis+cluster://127.0.0.1:${first!.port},127.0.0.1:${others[0]!.port}`,
    nodes,
    stop: async () => {
      for (const node of nodes) await node.stop();
    },
  };
}
