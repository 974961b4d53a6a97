/** `node bin/run.mjs bench/budgets.ts`: key look-up plus three budgets reserved and settled in shared memory, without the journal's write and with it. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReservationItem } from '../src/core/budget/model.ts';
import { heldBy } from '../src/core/budget/reserve.ts';
import { attachSharedAccounts } from '../src/storage/memory/shared-accounts.ts';
import { openSharedCounters } from '../src/storage/memory/shared-counters.ts';
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
    limit: Number.MAX_SAFE_INTEGER,
    fixed: 700,
    perOutputToken: 1,
    enforce: 'hard',
  }),
);

function measure(what: string, step: (n: number) => void): void {
  for (let n = 0; n < rounds / 10; n++) step(n);
  const before = process.cpuUsage();
  for (let n = 0; n < rounds; n++) step(n);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${what}: ${((user + system) / rounds).toFixed(2)} µs CPU\n`);
}

/** `used` 0 leaves nothing to write. */
function call(n: number, used: number): void {
  if (keys.get(hash('sha256', `key-${n % 100_000}`)) === undefined) throw new Error('no such key');
  const outcome = accounts.reserve({ items, wantedOutput: 100, minimumOutput: 1 });
  if (!('granted' in outcome)) throw new Error('refused');
  const { granted } = outcome;
  accounts.settle(
    items.map((item) => ({ item, release: heldBy(item, granted), used })),
    '',
  );
}

measure('look-up, three budgets reserved and given back (aim < 5)', (n) => call(n, 0));
measure('the same, charged and written to the journal', (n) => call(n, 120));
accounts.close();
counters.close();
rmSync(directory, { recursive: true });
