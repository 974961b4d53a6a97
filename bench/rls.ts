/**
 * `node bin/run.mjs bench/rls.ts`: what a rate limit decision costs. In process (match, plan, decide; with the shared counters;
 * with the journal's write), and over gRPC with 32 calls in flight against a server in a process of its own (CPU of that process).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideRateLimit } from '../src/core/ratelimit/decide.ts';
import { RateLimitIndex } from '../src/core/ratelimit/match.ts';
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';
import { parseRateLimitConfig } from '../src/core/ratelimit/parse.ts';
import { planRateLimit } from '../src/core/ratelimit/plan.ts';
import { encodeRequest } from '../src/rls/codec.ts';
import { frame } from '../src/rls/framing.ts';
import { startRateLimitServer } from '../src/rls/server.ts';
import { createEmbeddedRateLimitService } from '../src/rls/service.ts';
import { Tallies } from '../src/rls/tallies.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
import { openCounterDump } from '../src/storage/sqlite/counter-dump.ts';

const yaml = `domain: d
descriptors:
- {key: user, rate_limit: {unit: day, requests_per_unit: 1000000000}}
- {key: tokens, rate_limit: {unit: hour, requests_per_unit: 1000000000}}
- {key: cost, rate_limit: {unit: month, requests_per_unit: 1000000000}}
`;
const parsed = parseRateLimitConfig([{ name: 'bench', text: yaml }]);
if (!parsed.ok) throw new Error(parsed.error);
const { config } = parsed;
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const oneOf = (n: number): RateLimitRequest => ({
  domain: 'd',
  descriptors: [{ entries: [{ key: 'user', value: `user-${n % 10_000}` }] }],
});
const threeOf = (n: number): RateLimitRequest => ({
  domain: 'd',
  descriptors: ['user', 'tokens', 'cost'].map((key) => ({ entries: [{ key, value: `user-${n % 10_000}` }] })),
});

function openService() {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-rls-'));
  const dump = openCounterDump(join(directory, 'counters.db'));
  const counters = openSharedCounters({ directory, dump, nowSeconds });
  const service = createEmbeddedRateLimitService({
    config: () => config,
    counters: counters.store,
    nowSeconds,
    statistics: new Tallies(),
  });
  const close = () => {
    counters.close();
    rmSync(directory, { recursive: true });
  };
  return { service, close };
}

function measure(what: string, step: (n: number) => void, rounds = 300_000): void {
  for (let n = 0; n < rounds / 5; n++) step(n);
  const best = Math.min(
    ...[0, 1, 2].map(() => {
      const before = process.cpuUsage();
      for (let n = 0; n < rounds; n++) step(n);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / rounds;
    }),
  );
  process.stdout.write(`${what}: ${best.toFixed(2)} µs CPU\n`);
}

function inProcess(): void {
  const index = new RateLimitIndex(config);
  const requests = Array.from({ length: 10_000 }, (_, n) => oneOf(n));
  const triples = Array.from({ length: 10_000 }, (_, n) => threeOf(n));
  const decide = (request: RateLimitRequest) =>
    decideRateLimit(planRateLimit(index, request, 1_000), [1, 1, 1]);
  measure('decision alone, 1 descriptor (aim < 3)', (n) => decide(requests[n % 10_000]!));
  measure('decision alone, 3 descriptors', (n) => decide(triples[n % 10_000]!));
  const { service, close } = openService();
  measure('service with counters, journal and statistics, 1 descriptor', (n) =>
    service.shouldRateLimit(requests[n % 10_000]!),
  );
  measure('the same, 3 descriptors', (n) => service.shouldRateLimit(triples[n % 10_000]!), 100_000);
  close();
}

async function serve(): Promise<void> {
  const { service, close } = openService();
  const server = await startRateLimitServer({ service, host: '127.0.0.1', port: 0 });
  const end = async () => {
    await server.close();
    close();
    process.disconnect?.();
  };
  process.send!({ port: server.port });
  process.on('message', (message) => {
    if (message === 'usage') process.send!(process.cpuUsage());
    else void end();
  });
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
}

async function overGrpc(): Promise<void> {
  const child = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
  const { port } = await answerOf<{ port: number }>(child);
  const session = connect(`http://127.0.0.1:${port}`);
  const path = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
  const call = (body: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.on('error', reject);
      stream.on('close', resolve);
      stream.resume();
      stream.end(body);
    });
  const usage = () => {
    child.send('usage');
    return answerOf<NodeJS.CpuUsage>(child);
  };
  for (const [what, requestOf] of [
    ['1 descriptor', oneOf],
    ['3 descriptors', threeOf],
  ] as const) {
    const bodies = Array.from({ length: 10_000 }, (_, n) => frame(encodeRequest(requestOf(n))));
    const run = async (calls: number) => {
      const times: number[] = [];
      let next = 0;
      const lane = async () => {
        while (next < calls) {
          const body = bodies[next++ % bodies.length]!;
          const started = performance.now();
          await call(body);
          times.push(performance.now() - started);
        }
      };
      await Promise.all(Array.from({ length: 32 }, lane));
      return times.sort((a, b) => a - b);
    };
    await run(10_000);
    const before = await usage();
    const started = performance.now();
    const calls = 40_000;
    const times = await run(calls);
    const seconds = (performance.now() - started) / 1_000;
    const after = await usage();
    const cpu = (after.user + after.system - before.user - before.system) / calls;
    const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(2);
    process.stdout.write(
      `gRPC, 32 in flight, ${what}: ${cpu.toFixed(1)} µs server CPU a call, ${Math.round(calls / seconds)} calls/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`,
    );
  }
  session.close();
  child.send('end');
}

if (process.argv[2] === 'serve') await serve();
else {
  inProcess();
  await overGrpc();
}
