/**
 * `node bin/run.mjs bench/recording.ts`: CPU of the whole gateway per request and time of an answer, of a route that records prompts and answers
 * beside the same one before it did. Medians of alternating rounds.
 */
import { parseArgs } from 'node:util';
import { demoObjects } from '../src/cli/demo-objects.ts';
import { clusterClient } from '../test/support/cluster-client.ts';
import { removeDirectory, startGateway } from '../test/support/gateway.ts';
import { startSampleProcess } from '../test/support/sample-provider.ts';
import { load, type Target } from './load.ts';
import { cpuMicros, median } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '4000' },
    warmup: { type: 'string', default: '10000' },
  },
});
const [rounds, requests, warmup] = [Number(flags.rounds), Number(flags.requests), Number(flags.warmup)];
const connections = 16;

const provider = await startSampleProcess();
const gateway = await startGateway({ args: ['--demo', '--provider-url', `anthropic=${provider.url}`] });
const cluster = await clusterClient(gateway.kubeconfig, gateway.dataDir);

async function record(what: string): Promise<void> {
  const route = demoObjects('x').find(({ metadata }) => metadata.name === 'claude-sdk')!;
  const annotations = { 'tollgate.dev/record-content': what };
  await cluster.apply(JSON.stringify({ ...route, metadata: { ...route.metadata, annotations } }));
}

function target(stream: boolean): Target {
  const messages = [{ role: 'user', content: 'Write me a paragraph. '.repeat(50) }];
  const body = JSON.stringify({ model: 'claude-sonnet-5', stream, messages });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: ${gateway.address}:8080`,
    'content-type: application/json',
    'authorization: Bearer sk-anna-key',
    `content-length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  return { host: gateway.address, port: 8080, request: Buffer.from(`${head}\r\n\r\n${body}`) };
}

async function measure(at: Target): Promise<{ cpu: number; p50: number }> {
  await load(at, connections, Math.ceil(requests / 4));
  const before = cpuMicros(gateway.pid);
  const { failures, latenciesMs } = await load(at, connections, requests);
  if (failures > 0) throw new Error(`${failures} of ${requests} answers were not 200`);
  // What is stored behind the answers is part of the cost.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return { cpu: (cpuMicros(gateway.pid) - before) / requests, p50: median(latenciesMs) };
}

for (const stream of [false, true]) {
  const at = target(stream);
  const rows = { none: [], 'prompts,answers': [] } as Record<string, { cpu: number; p50: number }[]>;
  await load(at, connections, warmup);
  for (let round = 0; round < rounds; round++) {
    for (const [what, measured] of Object.entries(rows)) {
      await record(what);
      measured.push(await measure(at));
    }
  }
  for (const [what, measured] of Object.entries(rows)) {
    const cpu = median(measured.map((row) => row.cpu));
    const p50 = median(measured.map((row) => row.p50));
    console.log(
      `${stream ? 'stream' : 'JSON'}, ${what}: ${cpu.toFixed(0)} µs CPU a request, p50 ${p50.toFixed(1)} ms`,
    );
  }
}
const metrics = await (await fetch(`http://${gateway.address}:15020/metrics`)).text();
console.log(metrics.match(/^tollgate_contents_\w+ \d+$/gm)?.join('\n'));
await gateway.stop();
await provider.stop();
removeDirectory(gateway.dataDir);
