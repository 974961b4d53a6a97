/**
 * CPU per request beside another gateway that runs on this machine, in one run, alternating: OpenAI's chat completions in, the
 * sample provider's Anthropic messages behind, a virtual key with a budget on both sides.
 *
 * `node bin/run.mjs bench/beside.ts --print-provider` starts the provider alone and prints its URL, for the other gateway to be
 * pointed at; then `node bin/run.mjs bench/beside.ts --provider URL --pid PID --url http://127.0.0.1:PORT/v1/chat/completions
 * --key KEY --model MODEL`.
 */
import { parseArgs } from 'node:util';
import { removeDirectory, startGateway } from '../test/support/gateway.ts';
import { startSampleProcess } from '../test/support/sample-provider.ts';
import { raiseLimit } from './cluster-call.ts';
import { load, type Target } from './load.ts';
import { cpuMicros, median, residentMiB } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    'print-provider': { type: 'boolean', default: false },
    provider: { type: 'string', default: '' },
    pid: { type: 'string', default: '' },
    url: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    model: { type: 'string', default: 'claude-3-5-sonnet-20241022' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '6000' },
    warmup: { type: 'string', default: '10000' },
  },
});

interface Side {
  name: string;
  pid: number;
  url: URL;
  key: string;
  model: string;
}

const connections = 32;
const question = 'Write me a paragraph containing the best way to think about Istio Ambient Mesh';

function targetOf({ url, key, model }: Side, stream: boolean): Target {
  const body = JSON.stringify({
    model,
    stream,
    max_tokens: 400,
    messages: [{ role: 'user', content: question }],
  });
  const head =
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\ncontent-type: application/json\r\n` +
    `authorization: Bearer ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { host: url.hostname, port: Number(url.port), request: Buffer.from(head + body) };
}

interface Row {
  cpu: number;
  p50: number;
  p99: number;
  failures: number;
}

async function measure(side: Side, stream: boolean): Promise<Row> {
  const requests = Number(flags.requests);
  const before = cpuMicros(side.pid);
  const { failures, latenciesMs } = await load(targetOf(side, stream), connections, requests);
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  return {
    cpu: (cpuMicros(side.pid) - before) / requests,
    p50: median(sorted),
    p99: sorted[Math.floor(sorted.length * 0.99)]!,
    failures,
  };
}

async function compare(sides: readonly [Side, Side], stream: boolean): Promise<void> {
  for (const side of sides) await load(targetOf(side, stream), connections, Number(flags.warmup));
  const rows = sides.map((): Row[] => []);
  for (let round = 0; round < Number(flags.rounds); round++)
    for (const [at, side] of sides.entries()) rows[at]!.push(await measure(side, stream));
  for (const [at, { name, pid }] of sides.entries()) {
    const of = (pick: 'cpu' | 'p50' | 'p99') => median(rows[at]!.map((row) => row[pick]));
    console.log(
      `${stream ? 'stream' : 'JSON'}: ${name} ${of('cpu').toFixed(0)} µs CPU a request, ` +
        `p50 ${of('p50').toFixed(1)} ms, p99 ${of('p99').toFixed(1)} ms, ` +
        `${rows[at]!.reduce((sum, { failures }) => sum + failures, 0)} not answered with 200, RSS ${residentMiB(pid).toFixed(0)} MiB`,
    );
  }
}

if (flags['print-provider']) console.log((await startSampleProcess()).url);
else {
  const gateway = await startGateway({ args: ['--demo', '--provider-url', `anthropic=${flags.provider}`] });
  await raiseLimit(gateway.kubeconfig, 2_000_000_000);
  const ours: Side = {
    name: 'Tollgate',
    pid: gateway.pid,
    url: new URL(`http://${gateway.address}:8080/anthropic`),
    key: 'sk-mike-key',
    model: flags.model,
  };
  const other: Side = {
    name: 'the other',
    pid: Number(flags.pid),
    url: new URL(flags.url),
    key: flags.key,
    model: flags.model,
  };
  for (const stream of [false, true]) await compare([ours, other], stream);
  await gateway.stop();
  removeDirectory(gateway.dataDir);
}
