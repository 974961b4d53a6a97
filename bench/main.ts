/**
 * `npm run bench`: CPU per request of the walkthrough's policy beside the yardstick, in one run, alternating; start-up to the
 * first 200; resident memory when idle. Medians. `npm run bench -- --rounds 5 --requests 10000`.
 * Both sides are warmed up first: a gateway runs for weeks, not for its first thousand requests (`--warmup 0` shows those).
 * The console's pages have a benchmark of their own: `node bin/run.mjs bench/console.ts`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Gateway, removeDirectory, root, startGateway } from '../test/support/gateway.ts';
import { startSampleProcess } from '../test/support/sample-provider.ts';
import { raiseLimit } from './cluster-call.ts';
import { load, type Target } from './load.ts';
import { cpuMicros, median, residentMiB } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '6000' },
    connections: { type: 'string', default: '32' },
    /** Requests to each side before the first round: V8 goes on optimizing for about as many. */
    warmup: { type: 'string', default: '20000' },
  },
});
const rounds = Number(flags.rounds);
const requests = Number(flags.requests);
const connections = Number(flags.connections);
const warmup = Number(flags.warmup);

const question = 'Write me a paragraph containing the best way to think about Istio Ambient Mesh';
const openaiBody = (stream: boolean) =>
  JSON.stringify({ model: 'claude-sonnet-5', stream, messages: [{ role: 'user', content: question }] });
const messagesBody = (stream: boolean) =>
  JSON.stringify({
    model: 'claude-sonnet-5',
    max_tokens: 4096,
    stream,
    messages: [{ role: 'user', content: question }],
  });

function target(host: string, port: number, path: string, headers: string, body: string): Target {
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { host, port, request: Buffer.from(head + body) };
}

async function measure(pid: number, at: Target): Promise<{ cpu: number; p50: number; rps: number }> {
  await load(at, connections, Math.ceil(requests / 4));
  const before = cpuMicros(pid);
  const result = await load(at, connections, requests);
  if (result.failures > 0) throw new Error(`${result.failures} of ${requests} answers were not 200`);
  return {
    cpu: (cpuMicros(pid) - before) / requests,
    p50: median(result.latenciesMs),
    rps: requests / result.seconds,
  };
}

async function startYardstick(upstream: string) {
  const child = spawn(process.execPath, [join(root, 'bench/yardstick.ts'), upstream], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { pid: child.pid!, port: Number(port), stop: () => child.kill() };
}

async function compare(gateway: Gateway, provider: { url: string }): Promise<void> {
  const yardstick = await startYardstick(provider.url);
  for (const [name, stream] of [
    ['JSON', false],
    ['stream', true],
  ] as const) {
    const ours = target(
      gateway.address,
      8080,
      '/anthropic',
      'authorization: Bearer sk-mike-key\r\n',
      openaiBody(stream),
    );
    const theirs = target('127.0.0.1', yardstick.port, '/', '', messagesBody(stream));
    for (const at of [ours, theirs]) await load(at, connections, warmup);
    const rows: { ours: number; yardstick: number; ratio: number; p50: number; yardstickP50: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const y = await measure(yardstick.pid, theirs);
      const o = await measure(gateway.pid, ours);
      rows.push({ ours: o.cpu, yardstick: y.cpu, ratio: o.cpu / y.cpu, p50: o.p50, yardstickP50: y.p50 });
      process.stderr.write(
        `${name} round ${round + 1}/${rounds}: ${o.cpu.toFixed(0)} µs against ${y.cpu.toFixed(0)} µs\n`,
      );
    }
    const of = (pick: (row: (typeof rows)[number]) => number) => median(rows.map(pick));
    console.log(
      `${name}: gateway ${of((r) => r.ours).toFixed(0)} µs CPU a request, yardstick ${of((r) => r.yardstick).toFixed(0)} µs, ` +
        `ratio ${of((r) => r.ratio).toFixed(2)} (aim ≤ 3); p50 ${of((r) => r.p50).toFixed(2)} ms against ${of((r) => r.yardstickP50).toFixed(2)} ms`,
    );
  }
  yardstick.stop();
}

async function startToFirst200(dataDir: string, address: string, url: string): Promise<number> {
  const started = performance.now();
  const starting = startGateway({
    dataDir,
    address,
    args: ['--provider-url', `anthropic=${url}`],
    waitReady: false,
  });
  for (;;) {
    const answer = await fetch(`http://${address}:8080/anthropic`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-mike-key', 'content-type': 'application/json' },
      body: openaiBody(false),
    }).catch(() => undefined);
    await answer?.text();
    if (answer?.status === 200) break;
    await delay(2);
  }
  const took = performance.now() - started;
  await (await starting).stop();
  return took;
}

const provider = await startSampleProcess();
const gateway = await startGateway({ args: ['--demo', '--provider-url', `anthropic=${provider.url}`] });
await raiseLimit(gateway.kubeconfig, 2_000_000_000);
await delay(3_000);
console.log(`RSS idle: ${residentMiB(gateway.pid).toFixed(0)} MiB (aim < 200)`);
await compare(gateway, provider);
console.log(`RSS after the load: ${residentMiB(gateway.pid).toFixed(0)} MiB`);
await gateway.stop();
const starts: number[] = [];
for (let round = 0; round < rounds; round++)
  starts.push(await startToFirst200(gateway.dataDir, gateway.address, provider.url));
console.log(`process start to first 200: ${median(starts).toFixed(0)} ms (aim < 1500)`);
await provider.stop();
removeDirectory(gateway.dataDir);
