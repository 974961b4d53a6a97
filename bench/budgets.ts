/**
 * `node bin/run.mjs bench/budgets.ts`: key look-up plus three budgets reserved and settled in shared memory, without the journal's
 * write and with it; and the same out of leases from a Redis, where one is installed.
 */
import { hash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReservationItem, ReservationOutcome } from '../src/core/budget/model.ts';
import { heldBy } from '../src/core/budget/reserve.ts';
import type { Accounts } from '../src/storage/accounts.ts';
import { attachSharedAccounts } from '../src/storage/memory/shared-accounts.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
import { RedisConnection } from '../src/storage/redis/connection.ts';
import { openLeasedAccounts } from '../src/storage/redis/leased-accounts.ts';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { openCounterDump } from '../src/storage/sqlite/counter-dump.ts';

const rounds = 200_000;
const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const dump = openCounterDump(join(directory, 'counters.db'));
const counters = openSharedCounters({ directory, dump, nowSeconds: () => 1_795_600_000 });
const accounts = attachSharedAccounts(counters.handle, 'bench');
const keys = new Map(Array.from({ length: 100_000 }, (_, n) => [hash('sha256', `key-${n}`), n]));
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

async function measure(what: string, accounts: Accounts, used: number): Promise<void> {
  let waited = 0;
  const steps = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const outcome = reserve(n, accounts);
      if (outcome instanceof Promise) waited++;
      const { granted } = outcome instanceof Promise ? await outcome : outcome;
      const charges = items.map((item) => ({ item, release: heldBy(item, granted), used }));
      accounts.settle(charges, '');
      // As a gateway does: others have their turn.
      if (n % 500 === 0) await turn();
    }
  };
  await steps(rounds / 10);
  waited = 0;
  const before = process.cpuUsage();
  await steps(rounds);
  const { user, system } = process.cpuUsage(before);
  const told = waited === 0 ? '' : `, ${waited} of ${rounds} waited for the server`;
  process.stdout.write(`${what}: ${((user + system) / rounds).toFixed(2)} µs CPU${told}\n`);
}

function reserve(n: number, accounts: Accounts): Granted | Promise<Granted> {
  if (keys.get(hash('sha256', `key-${n % 100_000}`)) === undefined) throw new Error('no such key');
  const outcome = accounts.reserve({ items, wantedOutput: 100, minimumOutput: 1 });
  return outcome instanceof Promise ? outcome.then(granted) : granted(outcome);
}

type Granted = Extract<ReservationOutcome, { granted: number }>;

function granted(outcome: ReservationOutcome): Granted {
  if (!('granted' in outcome)) throw new Error('refused');
  return outcome;
}

/** `used` 0 leaves nothing to write. */
await measure('look-up, three budgets reserved and given back (aim < 5)', accounts, 0);
await measure('the same, charged and written to the journal', accounts, 120);
if (noRedis === false) {
  const redis = await startRedis();
  const nowMs = () => performance.now();
  const leased = openLeasedAccounts({
    connection: new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs }),
    book: accounts,
    process: 'bench',
    owner: 'bench:1:1',
    settlingMs: 0,
    nowMs,
    newGeneration: randomUUID,
  });
  await measure('the same out of leases from Redis', leased, 120);
  await leased.close();
  await redis.stop();
}
accounts.close();
counters.close();
rmSync(directory, { recursive: true });
