/**
 * `node bin/run.mjs bench/streams.ts`: CPU of the whole gateway for a stream of twenty pieces that is translated, beside the same stream of the
 * same provider passed through; in one run, alternating, medians. `--mode paced` has the provider write each event by itself.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clusterClient } from '../test/support/cluster-client.ts';
import {
  type Gateway,
  removeDirectory,
  root,
  startGateway,
  temporaryDirectory,
} from '../test/support/gateway.ts';
import { raiseLimit } from './cluster-call.ts';
import { load, type Target } from './load.ts';
import { cpuMicros, median } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '4000' },
    connections: { type: 'string', default: '32' },
    warmup: { type: 'string', default: '8000' },
    mode: { type: 'string', default: 'burst' },
  },
});
const rounds = Number(flags.rounds);
const requests = Number(flags.requests);
const connections = Number(flags.connections);

type Dialect = 'Completions' | 'Messages' | 'Responses' | 'GenerateContent';
type Vendor = 'anthropic' | 'openai';

const content = 'Write me a paragraph containing the best way to think about Istio Ambient Mesh';
const user = [{ role: 'user', content }];
const calls: Record<Dialect, { path: string; body: object }> = {
  Completions: {
    path: '/v1/chat/completions',
    body: { stream: true, stream_options: { include_usage: true }, messages: user },
  },
  Messages: { path: '/v1/messages', body: { stream: true, max_tokens: 4_096, messages: user } },
  Responses: { path: '/v1/responses', body: { stream: true, input: user } },
  GenerateContent: {
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: content }] }] },
  },
};
const native: Record<Vendor, Dialect> = { anthropic: 'Messages', openai: 'Completions' };
const pairs: [Dialect, Vendor][] = [
  ['Completions', 'anthropic'],
  ['Responses', 'anthropic'],
  ['GenerateContent', 'anthropic'],
  ['Messages', 'openai'],
  ['Responses', 'openai'],
  ['GenerateContent', 'openai'],
];

/** Without `formats` of its own the backend is the vendor's; an OpenAI provider that has no Responses is a custom one. */
function objects(vendor: Vendor, port: number): object[] {
  const namespace = 'agentgateway-system';
  const metadata = { name: `bench-${vendor}`, namespace };
  const kind =
    vendor === 'anthropic'
      ? { anthropic: { model: 'claude-sonnet-5' } }
      : { custom: { model: 'gpt-5.1', formats: [{ type: 'Completions' }] } };
  const path = `/${flags.mode}${calls[native[vendor]].path}`;
  const prefix = { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' };
  return [
    {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayBackend',
      metadata,
      spec: {
        ai: { provider: { ...kind, host: '127.0.0.1', port, path } },
        policies: { auth: { key: 'sk-upstream' } },
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata,
      spec: {
        parentRefs: [{ name: 'agentgateway-route' }],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: `/${vendor}-bench` } }],
            filters: [{ type: 'URLRewrite', urlRewrite: { path: prefix } }],
            backendRefs: [{ name: metadata.name, group: 'agentgateway.dev', kind: 'AgentgatewayBackend' }],
          },
        ],
      },
    },
  ];
}

function target(gateway: Gateway, dialect: Dialect, vendor: Vendor): Target {
  const host = gateway.address;
  const { path, body } = calls[dialect];
  const text = JSON.stringify({ model: 'm', ...body });
  const head =
    `POST /${vendor}-bench${path} HTTP/1.1\r\nHost: ${host}:8080\r\ncontent-type: application/json\r\n` +
    `authorization: Bearer sk-mike-key\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  return { host, port: 8080, request: Buffer.from(head + text) };
}

/** A figure for something else than twenty pieces in the client's dialect would say nothing. */
async function check({ address }: Gateway, dialect: Dialect, vendor: Vendor): Promise<void> {
  const { path, body } = calls[dialect];
  const answer = await fetch(`http://${address}:8080/${vendor}-bench${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-mike-key', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', ...body }),
  });
  const text = await answer.text();
  const mark = {
    Completions: '[DONE]',
    Messages: 'message_stop',
    Responses: 'response.completed',
    GenerateContent: 'STOP',
  };
  if (answer.status !== 200 || !text.includes('number 19 ') || !text.includes(mark[dialect]))
    throw new Error(`${dialect} → ${vendor}: ${answer.status} ${text.slice(0, 500)}`);
}

async function cpuOf({ pid }: Gateway, at: Target): Promise<number> {
  await load(at, connections, Math.ceil(requests / 8));
  const before = cpuMicros(pid);
  const { failures } = await load(at, connections, requests);
  if (failures > 0) throw new Error(`${failures} of ${requests} answers were not 200`);
  return (cpuMicros(pid) - before) / requests;
}

async function compare(gateway: Gateway, dialect: Dialect, vendor: Vendor): Promise<void> {
  const translated = target(gateway, dialect, vendor);
  const passed = target(gateway, native[vendor], vendor);
  for (const at of [translated, passed]) await load(at, connections, Number(flags.warmup));
  await check(gateway, dialect, vendor);
  const rows: { translated: number; passed: number; ratio: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const p = await cpuOf(gateway, passed);
    const t = await cpuOf(gateway, translated);
    rows.push({ translated: t, passed: p, ratio: t / p });
  }
  const of = (pick: (row: (typeof rows)[number]) => number) => median(rows.map(pick));
  console.log(
    `${dialect} → ${vendor}, ${flags.mode}: ${of((r) => r.translated).toFixed(0)} µs CPU translated, ` +
      `${of((r) => r.passed).toFixed(0)} µs passed through, ratio ${of((r) => r.ratio).toFixed(2)} (aim < 1.5) ` +
      `[${rows.map((r) => r.ratio.toFixed(2)).join(' ')}]`,
  );
}

const child = spawn(process.execPath, [join(root, 'bench/stream-provider.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
const scratch = temporaryDirectory();
const gateway = await startGateway({
  args: ['--demo', '--provider-url', `anthropic=http://127.0.0.1:${port}`],
});
const cluster = await clusterClient(gateway.kubeconfig, scratch);
await raiseLimit(gateway.kubeconfig, 2_000_000_000);
for (const vendor of ['anthropic', 'openai'] as const)
  for (const object of objects(vendor, Number(port))) await cluster.apply(JSON.stringify(object));
await delay(3_000);
for (const [dialect, vendor] of pairs) await compare(gateway, dialect, vendor);
await gateway.stop();
child.kill();
for (const directory of [gateway.dataDir, scratch]) removeDirectory(directory);
