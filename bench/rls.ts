/**
 * `node bin/run.mjs bench/rls.ts`: what a rate limit decision costs. In process (match, plan, decide; the gateway's own calls, whose
 * counts travel with the ledger entry; the service with a write of its own), and over gRPC against a server in a process of its
 * own: CPU of that process with 32 calls in flight, and latency at half of that load.
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
import { frame } from '../src/rls/framing.ts';
import { encodeRequest } from '../src/rls/request-codec.ts';
import { startRateLimitServer } from '../src/rls/server.ts';
import { createEmbeddedRateLimitService } from '../src/rls/service.ts';
import { Tallies } from '../src/rls/tallies.ts';
import type { CounterStore } from '../src/storage/counters.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
import { attachThreadStores } from '../src/storage/memory/thread-stores.ts';
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
  const statistics = new Tallies();
  const over = (store: CounterStore) =>
    createEmbeddedRateLimitService({ config: () => config, counters: store, nowSeconds, statistics });
  const close = () => {
    counters.close();
    rmSync(directory, { recursive: true });
  };
  return { service: over(counters.peers), over, handle: counters.handle, close };
}

/** Microseconds of CPU of one step; the best of some rounds, as others use the machine too. */
async function costOf(step: (n: number) => unknown, rounds = 100_000): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < rounds; n++) {
      step(n);
      // A call is an event of its own: what waits for the end of one is done.
      await null;
    }
    const { user, system } = process.cpuUsage(before);
    if (round > 0) best = Math.min(best, (user + system) / rounds);
  }
  return best;
}

const entry = JSON.stringify({ id: 'mi9x2k40-7f3a1-1', status: 200, durationMs: 812, note: 'x'.repeat(500) });

async function inProcess(): Promise<void> {
  const index = new RateLimitIndex(config);
  const decide = (request: RateLimitRequest) =>
    decideRateLimit(planRateLimit(index, request, 1_000), [1, 1, 1]);
  const { service, over, handle, close } = openService();
  const thread = attachThreadStores(handle, 'worker-1', nowSeconds);
  const own = over(thread.counters);
  const settle = () => thread.accounts.settle([], entry);
  const loop = await costOf(() => {});
  for (const [what, requestOf] of [
    ['1 descriptor', oneOf],
    ['3 descriptors', threeOf],
  ] as const) {
    const requests = Array.from({ length: 1_000 }, (_, n) => requestOf(n));
    const at = (n: number) => requests[n % requests.length]!;
    const tell = (name: string, cost: number) =>
      process.stdout.write(`${name}, ${what}: ${cost.toFixed(2)} µs CPU\n`);
    tell('decision alone', (await costOf((n) => decide(at(n)))) - loop);
    const settled = await costOf(settle);
    const limited = await costOf((n) => {
      own.shouldRateLimit(at(n));
      settle();
    });
    tell("the gateway's own call, above the ledger entry that it has anyway (aim < 3)", limited - settled);
    tell(
      'the service, with a write of its own',
      (await costOf((n) => service.shouldRateLimit(at(n)))) - loop,
    );
  }
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
    const timed = async (n: number) => {
      const started = performance.now();
      await call(bodies[n % bodies.length]!);
      return performance.now() - started;
    };
    await inFlight(10_000, timed);
    const before = await usage();
    const started = performance.now();
    const calls = 30_000;
    const times = await inFlight(calls, timed);
    const perSecond = (calls / (performance.now() - started)) * 1_000;
    const after = await usage();
    const cpu = (after.user + after.system - before.user - before.system) / calls;
    process.stdout.write(
      `gRPC, 32 in flight, ${what}: ${cpu.toFixed(1)} µs server CPU a call, ${Math.round(perSecond)} calls/s, ${latencies(times)}\n`,
    );
    const half = await atRate(perSecond / 2, 20_000, timed);
    process.stdout.write(`gRPC, half of that load, ${what}: ${latencies(half)} (aim p99 < 2 × p50)\n`);
  }
  session.close();
  child.send('end');
}

async function inFlight(calls: number, timed: (n: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < calls) times.push(await timed(next++));
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  return times;
}

/** Calls begin when they are due, whether those before have ended or not: a stall is seen by all that it delays. */
async function atRate(
  perSecond: number,
  calls: number,
  timed: (n: number) => Promise<number>,
): Promise<number[]> {
  const times: Promise<number>[] = [];
  const began = performance.now();
  while (times.length < calls) {
    const due = Math.min(calls, Math.floor(((performance.now() - began) / 1_000) * perSecond));
    while (times.length < due) times.push(timed(times.length));
    await new Promise(setImmediate);
  }
  return Promise.all(times);
}

function latencies(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
  return `p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms (${(at(0.99) / at(0.5)).toFixed(1)} ×)`;
}

if (process.argv[2] === 'serve') await serve();
else {
  await inProcess();
  await overGrpc();
}
