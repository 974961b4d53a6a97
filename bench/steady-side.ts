/**
 * One side of bench/budgets-steady.ts, a process of its own as a gateway is: `memory`, `redis` (a URL follows) or `driver`, which makes
 * no calls. For each message (rate, seconds) it keeps that rate in an open loop and tells the CPU of the whole process: the
 * thread's, its exchanges', and with Redis the budget agent's.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Accounts } from '../src/storage/accounts.ts';
import { openSharedCounters, type SharedCounters } from '../src/storage/memory/shared-counters.ts';
import { attachThreadStores } from '../src/storage/memory/thread-stores.ts';
import { BudgetAgent, ownerName } from '../src/storage/redis/budget-agent.ts';
import { openBudgetConnection } from '../src/storage/redis/budget-connection.ts';
import { openLeasedAccounts } from '../src/storage/redis/leased-accounts.ts';
import { openCounterDump } from '../src/storage/sqlite/counter-dump.ts';
import { beginCall, type EndCall } from './steady-call.ts';

export interface SteadyOrder {
  rate: number;
  seconds: number;
}

export interface SteadyFigures {
  /** µs of CPU a call. */
  cpu: number;
  calls: number;
  /** Calls that had to wait for the server. */
  waited: number;
}

/** From reserving to settling. */
const callMs = 20;
/** Not measured at the begin of a round: leases that lay idle meanwhile are asked for again. */
const rampMs = 1_000;

async function steady(
  { rate, seconds }: SteadyOrder,
  accounts: Accounts | undefined,
): Promise<SteadyFigures> {
  const ending: { atMs: number; end: EndCall }[] = [];
  const figures = { cpu: 0, calls: 0, waited: 0 };
  const ends = (end: EndCall) => void ending.push({ atMs: performance.now() + callMs, end });
  const call = () => {
    figures.calls++;
    const begun = accounts === undefined ? () => {} : beginCall(accounts);
    if (!(begun instanceof Promise)) return ends(begun);
    figures.waited++;
    void begun.then(ends);
  };
  const run = async (forMs: number) => {
    figures.calls = figures.waited = 0;
    const before = process.cpuUsage();
    const began = performance.now();
    for (let now = began; now < began + forMs; now = performance.now()) {
      while (figures.calls < ((now - began) * rate) / 1_000) call();
      let due = 0;
      while (due < ending.length && ending[due]!.atMs <= now) ending[due++]!.end();
      ending.splice(0, due);
      await delay(1);
    }
    const { user, system } = process.cpuUsage(before);
    figures.cpu = (user + system) / figures.calls;
  };
  await run(rampMs);
  await run(seconds * 1_000);
  await delay(2 * callMs);
  for (const { end } of ending) end();
  return figures;
}

function overRedis(url: string, counters: SharedCounters, directory: string) {
  const nowMs = () => performance.now();
  const stores = attachThreadStores(counters.handle, 'worker-0', nowSeconds);
  const member = { process: directory, run: randomUUID() };
  const how = { url, timeoutMs: 2_000, nowMs };
  const common = { process: directory, settlingMs: 0, nowMs, newGeneration: randomUUID };
  const connection = openBudgetConnection(how);
  const log = { warn: () => {} };
  const agent = new BudgetAgent({
    ...{ ...common, ...member, log, connection, nowSeconds },
    counters: counters.store,
  });
  const beats = setInterval(() => void agent.beat(), 1_000);
  const leased = openLeasedAccounts({
    ...common,
    connection: openBudgetConnection(how),
    book: stores.accounts,
    owner: ownerName(member.process, member.run, 'worker-0'),
  });
  const close = async () => {
    clearInterval(beats);
    await leased.close();
    await agent.close();
    stores.accounts.close();
  };
  return { accounts: leased, close };
}

function inMemory(counters: SharedCounters) {
  const { accounts } = attachThreadStores(counters.handle, 'worker-0', nowSeconds);
  return { accounts, close: async () => accounts.close() };
}

const tell = (message: SteadyFigures | 'ready') => void process.send?.(message);
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const [kind, url] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const dump = openCounterDump(join(directory, 'counters.db'));
const counters = openSharedCounters({ directory, dump, nowSeconds });
const checkpoints = setInterval(() => counters.checkpoint(), 5_000);
const memory = kind === 'memory' ? inMemory(counters) : undefined;
const side = kind === 'redis' ? overRedis(url!, counters, directory) : memory;
process.on('message', async (order: SteadyOrder | 'end') => {
  if (order !== 'end') return tell(await steady(order, side?.accounts));
  clearInterval(checkpoints);
  if (side !== undefined) await side.close();
  counters.close();
  rmSync(directory, { recursive: true });
  process.disconnect?.();
});
tell('ready');
