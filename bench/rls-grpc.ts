/**
 * `node bin/run.mjs bench/rls-grpc.ts`: ShouldRateLimit over gRPC. With envoyproxy/ratelimit's binary in
 * `TOLLGATE_RATELIMIT_ORIGINAL` it is measured in the same rounds: server CPU a call (the original's with its Redis's) with 32 calls in
 * flight, and latency at half of that load. `--rounds 5 --calls 40000`. The best round counts, as others use the machine too.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';
import { encodeRequest } from '../src/rls/request-codec.ts';
import { startOriginal } from '../test/support/rate-limit/original.ts';
import type { LoadFigures, LoadOrder } from './grpc-load.ts';
import { cpuMicros } from './process-figures.ts';
import { benchYaml, requestWith } from './rls-requests.ts';
import type { Pauses } from './rls-server.ts';

const { values: flagged } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '40000' },
    /** Of the server: V8's options. */
    'node-options': { type: 'string', default: '' },
  },
});
const rounds = Number(flagged.rounds);
const calls = Number(flagged.calls);
const path = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

interface Server {
  name: string;
  port: number;
  pids: number[];
  /** What the server knows of its own pauses since the last time. */
  pauses?(): Promise<Pauses>;
  close(): Promise<void> | void;
}

interface Round {
  cpu: number;
  closed: LoadFigures;
  half: LoadFigures;
  /** Of the time at half load, how long the server's threads waited for a processor, in per cent. */
  waited: number;
  pauses?: Pauses;
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a process of the benchmark ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

async function ours(): Promise<Server> {
  const execArgv = [...process.execArgv, ...flagged['node-options'].split(' ').filter((one) => one !== '')];
  const child = fork(`${import.meta.dirname}/rls-server.ts`, [], { execArgv });
  const { port } = await answerOf<{ port: number }>(child);
  const pauses = () => {
    child.send('pauses');
    return answerOf<Pauses>(child);
  };
  return { name: 'ours', port, pids: [child.pid!], pauses, close: () => child.disconnect() };
}

async function original(binary: string): Promise<Server> {
  const server = await startOriginal(binary, {
    files: { 'limits.yaml': benchYaml },
    settings: { STATS_FLUSH_INTERVAL: '10s' },
  });
  return {
    name: 'the original with its Redis',
    port: server.grpcPort,
    pids: [server.pid, server.redisPid],
    close: () => server.close(),
  };
}

/**
 * The load on one processor, the servers on another: a generator that looks at the clock all the time must not stand where the server
 * is woken. Without `taskset` they are where the system puts them.
 */
function pin(pid: number, processor: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', String(processor), String(pid)]);
}

function cpuOf({ pids }: Server): number {
  return pids.reduce((sum, pid) => sum + cpuMicros(pid), 0);
}

/** Nanoseconds that the threads of the server's processes stood in the queue of a processor. */
function waitOf({ pids }: Server): number {
  let sum = 0;
  for (const pid of pids) {
    for (const task of readdirSync(`/proc/${pid}/task`))
      sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[1]);
  }
  return sum;
}

async function measure(generator: ChildProcess, server: Server, messages: string[]): Promise<Round> {
  const load = async (order: Pick<LoadOrder, 'calls' | 'inFlight' | 'perSecond'>) => {
    generator.send({ port: server.port, path, messages, ...order } satisfies LoadOrder);
    const told = await answerOf<LoadFigures>(generator);
    if (told.failures > 0) throw new Error(`${told.failures} of ${told.calls} calls failed`);
    return told;
  };
  const before = cpuOf(server);
  const closed = await load({ calls, inFlight: 32 });
  const cpu = (cpuOf(server) - before) / calls;
  await server.pauses?.();
  const waitedBefore = waitOf(server);
  const half = await load({ calls: calls / 2, perSecond: calls / closed.seconds / 2 });
  const waited = ((waitOf(server) - waitedBefore) / 1e9 / half.seconds) * 100;
  const pauses = await server.pauses?.();
  return { cpu, closed, half, waited, ...(pauses && { pauses }) };
}

const isSteadier = (one: LoadFigures, other: LoadFigures) => one.p99 / one.p50 < other.p99 / other.p50;
const pausesOf = ({ half, waited, pauses }: Round) => ({ half, waited, ...(pauses && { pauses }) });
const ms = (value: number) => value.toFixed(2);

function tell(name: string, { cpu, closed, half, waited, pauses }: Round): void {
  const perSecond = Math.round(closed.calls / closed.seconds);
  process.stdout.write(
    `  ${name}: ${cpu.toFixed(1)} µs CPU a call, ${perSecond}/s, p50 ${ms(closed.p50)} p99 ${ms(closed.p99)} ms; ` +
      `at half load p50 ${ms(half.p50)} p90 ${ms(half.p90)} p99 ${ms(half.p99)} p99.9 ${ms(half.p999)} max ${ms(half.max)} ms ` +
      `(p99 ${(half.p99 / half.p50).toFixed(1)} × p50; waited for a processor ${waited.toFixed(1)} %, ` +
      `generator away ${half.ownPausesMs.toFixed(0)} ms, at most ${ms(half.longestOwnPauseMs)})\n`,
  );
  if (pauses !== undefined)
    process.stdout.write(
      `    ${pauses.collections} collections of ${pauses.collectedMs.toFixed(1)} ms, at most ${ms(pauses.longestCollectionMs)} ms; ` +
        `event loop late p99 ${ms(pauses.loopP99Ms)} ms\n`,
    );
}

async function compare(servers: Server[], what: string, requestOf: (n: number) => RateLimitRequest) {
  process.stdout.write(`${what}\n`);
  const messages = Array.from({ length: 5_000 }, (_, n) =>
    Buffer.from(encodeRequest(requestOf(n))).toString('base64'),
  );
  const generator = fork(`${import.meta.dirname}/grpc-load.ts`, [], { execArgv: process.execArgv });
  pin(generator.pid!, 1);
  for (const { pids } of servers) for (const pid of pids) pin(pid, 0);
  const best = new Map<Server, Round>();
  for (let round = 0; round <= rounds; round++) {
    for (const server of servers) {
      const told = await measure(generator, server, messages);
      // The first round warms both up.
      if (round === 0) continue;
      tell(server.name, told);
      const before = best.get(server) ?? told;
      best.set(server, {
        cpu: Math.min(before.cpu, told.cpu),
        closed: before.closed.seconds < told.closed.seconds ? before.closed : told.closed,
        ...(isSteadier(before.half, told.half) ? pausesOf(before) : pausesOf(told)),
      });
    }
  }
  generator.disconnect();
  for (const [{ name }, round] of best) tell(`best: ${name}`, round);
  const [own, other] = servers.map((server) => best.get(server)!.cpu);
  if (other !== undefined)
    process.stdout.write(
      `  CPU a call: ${(own! / other).toFixed(2)} × the original's with its Redis (aim ≤ 1.0)\n`,
    );
}

const binary = process.env['TOLLGATE_RATELIMIT_ORIGINAL'];
if (binary === undefined) process.stdout.write('TOLLGATE_RATELIMIT_ORIGINAL names no binary: ours alone\n');
const servers = [await ours(), ...(binary === undefined ? [] : [await original(binary)])];
await compare(servers, '1 descriptor', (n) => requestWith(['user'], n));
await compare(servers, '3 descriptors', (n) => requestWith(['user', 'tokens', 'cost'], n));
for (const server of servers) await server.close();
process.exit(0);
