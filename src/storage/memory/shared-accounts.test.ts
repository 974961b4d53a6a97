import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { accountsConformance, charges, hold, readings, reservationItem } from '../accounts-conformance.ts';
import { openCounterDump } from '../sqlite/counter-dump.ts';
import { parseLine } from './counter-journal.ts';
import { attachSharedAccounts } from './shared-accounts.ts';
import { openSharedCounters, type SharedCounters } from './shared-counters.ts';

const now = 100_000;

function open(directory: string, capacity = 4_096, nowSeconds = () => now): SharedCounters {
  const dump = openCounterDump(join(directory, 'counters.db'));
  return openSharedCounters({ directory, nowSeconds, capacity, dump, isConsumed: () => false });
}

const temporary = (t: { after(done: () => void): void }) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-accounts-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

accountsConformance('shared memory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-accounts-'));
  let counters = open(directory);
  return {
    accounts: attachSharedAccounts(counters.handle, 'one'),
    crash: async () => {
      // The one before is never closed: its last checkpoint is what the disk has, and its journal.
      counters = open(directory);
      return attachSharedAccounts(counters.handle, 'two');
    },
    close: async () => {
      counters.close();
      rmSync(directory, { recursive: true });
    },
  };
});

interface Spending {
  spent: number;
  granted: number;
  /** Whether a limit was ever seen passed. */
  passed: boolean;
}

test('two threads fight over the same budgets: never passed, nothing lost, nothing held at the end', async (t) => {
  const directory = temporary(t);
  const counters = open(directory);
  // More than one thread can spend in all its calls, less than two can.
  const limit = 2_000_000;
  const items = [
    reservationItem({ limit }),
    reservationItem({ budget: 'ns/wide', limit: 10_000_000 }),
    reservationItem({ budget: 'ns/rolling', slices: [93_600, 97_200], limit: 10_000_000 }),
  ];
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const threads = ['a', 'b'].map(
    (thread) =>
      new Worker(join(import.meta.dirname, 'spending-thread.fixture.ts'), {
        workerData: { handle: counters.handle, thread, items, calls: 15_000, arrived, threads: 2 },
      }),
  );
  const checkpoints = setInterval(() => counters.checkpoint(), 5);
  const results = await Promise.all(
    threads.map(async (thread) => {
      const ended = once(thread, 'exit');
      const [result] = (await once(thread, 'message')) as [Spending];
      await ended;
      return result;
    }),
  );
  clearInterval(checkpoints);
  const spent = results.reduce((sum, result) => sum + result.spent, 0);
  for (const { granted, passed } of results) {
    assert.equal(passed, false);
    assert.ok(granted > 0);
  }
  assert.ok(spent <= limit && spent > limit - 198, `${spent} of ${limit}`);
  assert.equal(entriesIn(directory), spent);
  const expected = items.map(() => ({ used: spent, reserved: 0 }));
  const accounts = attachSharedAccounts(counters.handle, 'main');
  assert.deepEqual(await readings(accounts, items), expected);
  const again = open(directory);
  assert.deepEqual(await readings(attachSharedAccounts(again.handle, 'after'), items), expected);
});

/** Sum over the ledger entries of all journals. */
function entriesIn(directory: string): number {
  const names = readdirSync(directory).filter((name) => name.endsWith('.journal'));
  const lines = names.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'));
  return lines.reduce((sum, line) => {
    const entry = parseLine(line)?.entry ?? '';
    return entry === '' ? sum : sum + (JSON.parse(entry) as { used: number }).used;
  }, 0);
}

test('a full table refuses a reservation whole, and still takes the charges of those before', async (t) => {
  const counters = open(temporary(t), 40);
  const accounts = attachSharedAccounts(counters.handle, 'one');
  const items = [reservationItem()];
  assert.equal(await hold(accounts, items, 100), 100);
  const fill = async () => {
    for (let n = 0; n < 40; n++) await hold(accounts, [reservationItem({ group: `g${n}` })], 100);
  };
  await assert.rejects(fill, RateLimitUnavailable);
  const fresh = [reservationItem({ budget: 'ns/b' }), reservationItem({ budget: 'ns/fresh' })];
  await assert.rejects(async () => hold(accounts, fresh, 100), RateLimitUnavailable);
  assert.deepEqual(await readings(accounts, items), [{ used: 0, reserved: 200 }]);
  accounts.settle(charges(items, 100, 150), '{}');
  assert.deepEqual(await readings(accounts, items), [{ used: 150, reserved: 0 }]);
});

test('a call that outlives its window in a full table gives back what it held', async (t) => {
  let clock = now;
  const counters = open(temporary(t), 40, () => clock);
  const accounts = attachSharedAccounts(counters.handle, 'one');
  const ending = ['a', 'b', 'c', 'd'].map((group) => reservationItem({ group }));
  const atOnce = { unit: 'concurrency' as const, fixed: 1, perOutputToken: 0, slices: [0] };
  const items = [reservationItem(atOnce), ...ending];
  assert.equal(await hold(accounts, items, 100), 100);
  clock = 200_000;
  counters.checkpoint();
  const later = (n: number) => reservationItem({ group: `g${n}`, slices: [172_800] });
  await assert.rejects(async () => {
    for (let n = 0; n < 40; n++) await hold(accounts, [later(n)], 0);
  }, RateLimitUnavailable);
  accounts.settle(charges(items, 100, 150), '{}');
  assert.deepEqual(
    (await readings(accounts, items)).map(({ reserved }) => reserved),
    [0, 0, 0, 0, 0],
  );
});

test('a clock that is set back by an hour or a day, restarts in between: the window before goes on from what was used', async (t) => {
  const directory = temporary(t);
  const hour = (start: number) => [reservationItem({ slices: [start], keepSeconds: 3_600, limit: 1_000 })];
  let clock = 97_200;
  const reopen = () => open(directory, 64, () => clock);
  let counters = reopen();
  const spend = async (start: number, used: number) => {
    const accounts = attachSharedAccounts(counters.handle, `at-${clock}`);
    accounts.settle(charges(hour(start), 0, used), '');
    accounts.close();
  };
  await spend(97_200, 700);
  clock = 100_900;
  await spend(100_800, 40);
  counters.checkpoint();
  counters.close();
  for (const back of [3_600, 86_400]) {
    clock = 100_900 - back;
    counters = reopen();
    counters.checkpoint();
    const accounts = attachSharedAccounts(counters.handle, `back-${back}`);
    assert.deepEqual(await readings(accounts, hour(97_200)), [{ used: 700, reserved: 0 }]);
    assert.equal(await hold(accounts, hour(97_200), 500, 1), 200);
    clock = 100_900;
    counters.checkpoint();
    assert.deepEqual(await readings(accounts, hour(100_800)), [{ used: 40, reserved: 0 }]);
    accounts.close();
    counters.close();
  }
  // Its window is over for longer than any clock is set back.
  clock = 97_200 + 3_600 + 90_001;
  counters = reopen();
  counters.checkpoint();
  counters.close();
  counters = reopen();
  assert.deepEqual(await readings(attachSharedAccounts(counters.handle, 'end'), hour(97_200)), [
    { used: 0, reserved: 0 },
  ]);
  counters.close();
});
