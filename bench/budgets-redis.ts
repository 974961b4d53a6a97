/**
 * `node bin/run.mjs bench/budgets-redis.ts`: CPU per request of a gateway with one key and three budgets that are counted in its
 * memory, beside one that counts them in Redis with leases; in one run, alternating, medians. And how often Redis was asked.
 * `--rounds 7 --requests 6000 --connections 32 --warmup 10000`; `--rate 2000` keeps that rate instead of as many as there can be.
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { RedisConnection } from '../src/storage/redis/connection.ts';
import { startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { clusterClient } from '../test/support/cluster-client.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from '../test/support/gateway.ts';
import { startSampleProcess } from '../test/support/sample-provider.ts';
import { load, type Target } from './load.ts';
import { cpuMicros, median } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '6000' },
    connections: { type: 'string', default: '32' },
    warmup: { type: 'string', default: '10000' },
    /** A second. */
    rate: { type: 'string', default: 'Infinity' },
  },
});
const requests = Number(flags.requests);
const connections = Number(flags.connections);
const rate = Number(flags.rate);
const value = 'tg-bench';
const labels = { user: 'mike', team: 'platform', company: 'acme' };

function target({ address }: Gateway): Target {
  const messages = [{ role: 'user', content: 'What is a virtual key?' }];
  const body = JSON.stringify({ model: 'claude-sonnet-5', max_tokens: 100, messages });
  const head = `POST /anthropic HTTP/1.1\r\nHost: ${address}\r\nauthorization: Bearer ${value}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { host: address, port: 8080, request: Buffer.from(head + body) };
}

async function start(upstream: string, env: Record<string, string>): Promise<Gateway> {
  const gateway = await startGateway({ args: ['--demo', '--provider-url', `anthropic=${upstream}`], env });
  const scratch = temporaryDirectory();
  const cluster = await clusterClient(gateway.kubeconfig, scratch);
  const apply = (kind: string, name: string, spec: object, own: object = {}) => {
    const metadata = { name, namespace: 'agentgateway-system', labels: own };
    return cluster.apply(JSON.stringify({ apiVersion: 'tollgate.dev/v1alpha1', kind, metadata, spec }));
  };
  const keyHash = `sha256:${createHash('sha256').update(value).digest('hex')}`;
  await apply('VirtualKey', 'bench', { owner: 'mike', keyHash }, labels);
  const limit = { tokens: 1_000_000_000_000 };
  for (const [name, label] of Object.entries(labels))
    await apply('Budget', name, { selector: { matchLabels: { [name]: label } }, limit });
  removeDirectory(scratch);
  return gateway;
}

interface Figures {
  cpu: number;
  rps: number;
}

async function measure(gateway: Gateway): Promise<Figures> {
  const at = target(gateway);
  await load(at, connections, Math.ceil(requests / 4), rate);
  const before = cpuMicros(gateway.pid);
  const { failures, seconds } = await load(at, connections, requests, rate);
  if (failures > 0) throw new Error(`${failures} of ${requests} answers were not 200`);
  return { cpu: (cpuMicros(gateway.pid) - before) / requests, rps: requests / seconds };
}

const provider = await startSampleProcess();
const redis = await startRedis();
const connection = new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs: () => performance.now() });
const asked = async () => {
  const text = String(await connection.send(['INFO', 'commandstats']));
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(text)?.[1] ?? 0);
};
const memory = await start(provider.url, {});
const shared = await start(provider.url, { TOLLGATE_REDIS_URL: redis.url });
for (const gateway of [memory, shared]) await load(target(gateway), connections, Number(flags.warmup));
const rows: { memory: Figures; shared: Figures }[] = [];
const before = await asked();
for (let round = 0; round < Number(flags.rounds); round++) {
  // Each is first as often as the other.
  const first = round % 2 === 0 ? await measure(memory) : undefined;
  const sharedFigures = await measure(shared);
  const row = { memory: first ?? (await measure(memory)), shared: sharedFigures };
  rows.push(row);
  process.stderr.write(
    `round ${round + 1}: ${row.memory.cpu.toFixed(0)} µs, over Redis ${row.shared.cpu.toFixed(0)} µs\n`,
  );
}
const scripts = (await asked()) - before;
const ratios = rows.map((row) => row.shared.cpu / row.memory.cpu).sort((a, b) => a - b);
const quartile = (n: number) => ratios[Math.floor((n * (ratios.length - 1)) / 4)]!.toFixed(2);
console.log(
  `three budgets in memory: ${median(rows.map(({ memory: { cpu } }) => cpu)).toFixed(0)} µs CPU a request at ${median(rows.map(({ memory: { rps } }) => rps)).toFixed(0)} a second; over Redis with leases: ` +
    `${median(rows.map(({ shared: { cpu } }) => cpu)).toFixed(0)} µs at ${median(rows.map(({ shared: { rps } }) => rps)).toFixed(0)}, ratio ${quartile(2)} (quartiles ${quartile(1)} to ${quartile(3)}; aim < 1.10); ` +
    `${((1_000 * scripts) / (rows.length * requests * 1.25)).toFixed(1)} scripts per 1,000 requests`,
);
connection.close();
for (const gateway of [memory, shared]) {
  await gateway.stop();
  removeDirectory(gateway.dataDir);
}
await provider.stop();
await redis.stop();
