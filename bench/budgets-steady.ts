/**
 * `node bin/run.mjs bench/budgets-steady.ts`: CPU of the budget engine alone at a steady 10,000 requests a second of one key (open loop:
 * calls begin when their time has come, end 20 ms later), three budgets each: in memory beside over Redis with leases, and nothing at
 * all; in one process, alternating, medians. `--rate 10000 --seconds 4 --rounds 5`.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Charge, ReservationItem } from '../src/core/budget/model.ts';
import { heldBy } from '../src/core/budget/reserve.ts';
import type { Accounts } from '../src/storage/accounts.ts';
import { attachSharedAccounts } from '../src/storage/memory/shared-accounts.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
import { openBudgetConnection } from '../src/storage/redis/budget-connection.ts';
import { openLeasedAccounts } from '../src/storage/redis/leased-accounts.ts';
import { startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { openCounterDump } from '../src/storage/sqlite/counter-dump.ts';
import { median } from './process-figures.ts';

const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
  },
});
const rate = Number(flags.rate);
const seconds = Number(flags.seconds);
const callMs = 20;
const used = 120;

const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const dump = openCounterDump(join(directory, 'counters.db'));
const counters = openSharedCounters({ directory, dump, nowSeconds: () => 1_795_600_000 });
const memory = attachSharedAccounts(counters.handle, 'memory');
const book = attachSharedAccounts(counters.handle, 'book');
const items = ['user', 'team', 'company'].map(
  (group): ReservationItem => ({
    budget: `agentgateway-system/${group}`,
    group,
    unit: 'tokens',
    slices: [1_795_564_800],
    keepSeconds: 86_400,
    resetsAtSeconds: 1_795_651_200,
    limit: 1e15,
    fixed: 700,
    perOutputToken: 1,
    enforce: 'hard',
  }),
);
const nothing: Accounts = {
  reserve: ({ wantedOutput }) => ({ granted: wantedOutput, readings: [] }),
  settle: () => undefined,
};

interface Steady {
  /** µs of CPU a call. */
  cpu: number;
  waited: number;
  calls: number;
}

/** All that is due at each turn: late turns catch up, so the rate is kept. */
async function steady(accounts: Accounts): Promise<Steady> {
  const ending: { atMs: number; charges: Charge[] }[] = [];
  let waited = 0;
  let calls = 0;
  const begin = (granted: number) => {
    const charges = items.map((item) => ({ item, release: heldBy(item, granted), used }));
    ending.push({ atMs: performance.now() + callMs, charges });
  };
  const one = () => {
    calls++;
    const outcome = accounts.reserve({ items, wantedOutput: 100, minimumOutput: 1 });
    if (outcome instanceof Promise) {
      waited++;
      void outcome.then((later) => 'granted' in later && begin(later.granted));
    } else if ('granted' in outcome) begin(outcome.granted);
  };
  const before = process.cpuUsage();
  const began = performance.now();
  const endMs = began + seconds * 1_000;
  for (let now = began; now < endMs; now = performance.now()) {
    while (calls < ((now - began) * rate) / 1_000) one();
    while (ending.length > 0 && ending[0]!.atMs <= now) accounts.settle(ending.shift()!.charges, '');
    await delay(1);
  }
  const { user, system } = process.cpuUsage(before);
  for (const { charges } of ending) accounts.settle(charges, '');
  return { cpu: (user + system) / calls, waited, calls };
}

const redis = await startRedis();
const nowMs = () => performance.now();
const leased = openLeasedAccounts({
  connection: openBudgetConnection({ url: redis.url, timeoutMs: 2_000, nowMs }),
  book,
  process: 'bench',
  owner: 'bench:1:1',
  settlingMs: 0,
  nowMs,
  newGeneration: randomUUID,
});
const rows: { nothing: Steady; memory: Steady; leased: Steady }[] = [];
for (const accounts of [nothing, memory, leased]) await steady(accounts);
for (let round = 0; round < Number(flags.rounds); round++)
  rows.push({ nothing: await steady(nothing), memory: await steady(memory), leased: await steady(leased) });
const of = (which: keyof (typeof rows)[0]) => median(rows.map((row) => row[which].cpu));
const kept = rows.reduce((sum, row) => sum + row.leased.calls, 0) / (rows.length * seconds);
const waited = rows.reduce((sum, row) => sum + row.leased.waited, 0);
process.stdout.write(
  `at ${kept.toFixed(0)} requests a second of one key: driver ${of('nothing').toFixed(1)} µs CPU a request, with three budgets in memory ` +
    `${of('memory').toFixed(1)} µs, over Redis with leases ${of('leased').toFixed(1)} µs ` +
    `(${(of('leased') - of('memory')).toFixed(1)} µs more); ${waited} of ${(kept * rows.length * seconds).toFixed(0)} waited for the server\n`,
);
await leased.close();
await redis.stop();
memory.close();
book.close();
counters.close();
rmSync(directory, { recursive: true });
