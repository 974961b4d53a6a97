import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { usedKey } from '../core/budget/counter-keys.ts';
import type { Charge } from '../core/budget/model.ts';
import type { RecordedCharge } from '../core/record.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { LedgerFollower } from '../storage/memory/ledger-follower.ts';
import { attachSharedAccounts, usedCounterKey } from '../storage/memory/shared-accounts.ts';
import { openSharedCounters } from '../storage/memory/shared-counters.ts';
import { openCounterDump } from '../storage/sqlite/counter-dump.ts';
import { openSqliteLedger } from '../storage/sqlite/ledger.ts';
import { createDriftCheck, driftBetween, findDrift } from './drift.ts';

const day = { windowStart: 86_400, windowSeconds: 86_400 };
const now = 86_410;
const sum = (budget: string, used: number, window = day) => ({
  budget,
  unit: 'tokens' as const,
  group: 'mike',
  ...window,
  used,
});
const counter = (budget: string, value: number, window = day) => ({
  key: usedKey({ budget, unit: 'tokens', group: 'mike' }),
  ...window,
  value,
});

test('equal, over, under, missing on one side; ended and unknown windows are not judged', () => {
  const ended = { windowStart: 0, windowSeconds: 86_400 };
  const counters = [
    counter('a', 5),
    counter('b', 7),
    counter('c', 2),
    counter('d', 9),
    counter('e', 1, ended),
  ];
  const charged = [sum('a', 5), sum('b', 5), sum('c', 3), sum('f', 4)];
  const found = driftBetween(counters, { sinceMs: 0, sums: charged }, counters, usedKey, now);
  assert.deepEqual(
    found.map(({ key, counted, entered }) => [key, counted, entered]),
    [
      ['budget|b|tokens|mike', 7, 5],
      ['budget|c|tokens|mike', 2, 3],
      ['budget|f|tokens|mike', 0, 4],
      ['budget|d|tokens|mike', 9, 0],
    ],
  );
  const since = { sinceMs: day.windowStart * 1000 + 1, sums: charged };
  assert.deepEqual(driftBetween(counters, since, counters, usedKey, now), []);
});

test('a budget whose unit was changed has two counters, and each is judged by its own charges', () => {
  const dollars = {
    ...counter('a', 900),
    key: usedKey({ budget: 'a', unit: 'usd', group: 'mike' }),
  };
  const counters = [counter('a', 5), dollars];
  const sums = [sum('a', 5), { ...sum('a', 900), unit: 'usd' as const }];
  assert.deepEqual(driftBetween(counters, { sinceMs: 0, sums }, counters, usedKey, now), []);
  const swapped = [sum('a', 900), { ...sum('a', 5), unit: 'usd' as const }];
  assert.equal(driftBetween(counters, { sinceMs: 0, sums: swapped }, counters, usedKey, now).length, 2);
});

test('what is between the counter before and after is a call on its way', () => {
  const judge = (before: number, entered: number, after: number) =>
    driftBetween(
      before === 0 ? [] : [counter('a', before)],
      { sinceMs: 0, sums: entered === 0 ? [] : [sum('a', entered)] },
      [counter('a', after)],
      usedKey,
      now,
    ).length;
  assert.deepEqual(
    [judge(5, 5, 9), judge(5, 7, 9), judge(0, 4, 4), judge(5, 4, 9), judge(5, 10, 9)],
    [0, 0, 0, 1, 1],
  );
});

test('any charges through the real stores: no drift; a counter that was changed is found and repaired', async () => {
  const charge = fc.record({
    budget: fc.constantFrom('ns/daily', `ns/${'long'.repeat(70)}`),
    group: fc.constantFrom('', 'mike', 'größe|x'),
    // Of a counter that nothing was charged to the ledger knows nothing: the last test.
    used: fc.integer({ min: 1, max: 1_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(charge, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom('ledger' as const, 'counters' as const),
      async (charges, extra, believed) => {
        const directory = mkdtempSync(join(tmpdir(), 'tollgate-drift-'));
        const ledger = openSqliteLedger(join(directory, 'ledger.db'));
        const nowSeconds = () => now;
        const counters = openSharedCounters({
          directory,
          dump: openCounterDump(join(directory, 'counters.db')),
          nowSeconds,
          capacity: 256,
          isConsumed: () => false,
        });
        const accounts = attachSharedAccounts(counters.handle, 'worker-1');
        const follower = await LedgerFollower.open(directory, ledger);
        try {
          for (const [n, given] of charges.entries()) settle(accounts, n, given);
          const sources = {
            counters: counters.store,
            ledger,
            enterAll: () => follower.read(),
            keyOf: usedCounterKey,
            nowSeconds,
          };
          assert.deepEqual(await findDrift(sources), []);
          const key = usedCounterKey({ ...charges[0]!, unit: 'tokens' });
          counters.store.add([{ key, ...day, add: extra }]);
          const drifts = await findDrift(sources);
          assert.deepEqual(
            drifts.map((drift) => [drift.key, drift.counted - drift.entered]),
            [[key, extra]],
          );
          const value = () => counters.store.list(key).find((one) => one.key === key)!.value;
          const before = value();
          assert.deepEqual(await createDriftCheck(sources).repair(drifts, believed), []);
          assert.deepEqual(await findDrift(sources), []);
          assert.equal(value(), believed === 'ledger' ? before - extra : before);
        } finally {
          accounts.close();
          counters.close();
          ledger.close();
          rmSync(directory, { recursive: true });
        }
      },
    ),
    { numRuns: 10 },
  );
});

/** As the data path does: count and entry in one step. */
function settle(
  accounts: ReturnType<typeof attachSharedAccounts>,
  n: number,
  { budget, group, used }: Pick<RecordedCharge, 'budget' | 'group' | 'used'>,
): void {
  const item: Charge['item'] = {
    budget,
    group,
    unit: 'tokens',
    slices: [day.windowStart],
    keepSeconds: day.windowSeconds,
    resetsAtSeconds: day.windowStart + day.windowSeconds,
    limit: 1_000_000,
    fixed: 0,
    perOutputToken: 1,
    enforce: 'hard',
  };
  const budgets = [{ budget, group, unit: 'tokens' as const, used, ...day }];
  accounts.settle(
    [{ item, release: 0, used }],
    JSON.stringify(ledgerRecord(n, { startedAtMs: now * 1000, budgets })),
  );
}

test('a counter that the ledger knows nothing of, under a shortened name, cannot be believed; the ledger can', async () => {
  const long = usedCounterKey({ budget: `ns/${'long'.repeat(70)}`, unit: 'tokens', group: '' });
  const counters = [{ key: long, ...day, value: 5 }];
  const [drift] = driftBetween(counters, { sinceMs: 0, sums: [] }, counters, usedCounterKey, now);
  assert.equal(drift?.of, undefined);
  const added: unknown[] = [];
  const check = createDriftCheck({
    counters: { add: (increments: unknown[]) => void added.push(...increments) },
    ledger: { correctCharged: (sums: unknown[]) => void added.push(...sums) },
  } as unknown as Parameters<typeof createDriftCheck>[0]);
  assert.deepEqual(await check.repair([drift!], 'counters'), [drift]);
  assert.deepEqual(added, []);
  assert.deepEqual(await check.repair([drift!], 'ledger'), []);
  assert.deepEqual(added, [{ key: long, ...day, add: -5 }]);
});
