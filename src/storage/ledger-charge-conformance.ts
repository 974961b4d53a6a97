/** What a ledger store knows of charges, and what goes with old records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord, startMs } from './ledger.fixture.ts';
import type { LedgerStore } from './ledger.ts';
import { numbersOf, startDay, type WithLedger } from './ledger-under-test.ts';

export function chargeConformance(name: string, withLedger: WithLedger): void {
  test(
    `${name}: a correction of what was charged adds to its sums, and records add on; a restart keeps both`,
    withLedger(async ({ ledger, reopen }) => {
      const charge = { budget: 'ns/daily', group: 'mike', unit: 'tokens' as const, used: 100, ...startDay };
      const other = { ...charge, group: 'it\'s\t"\u{1f600}"', unit: 'usd' as const };
      const usedBy = async (store: LedgerStore) =>
        Object.fromEntries((await store.charged()).sums.map(({ group, used }) => [group, used]));
      await ledger.append([ledgerRecord(1, { budgets: [charge] })], []);
      await ledger.correctCharged!([]);
      await ledger.correctCharged!([
        { ...charge, used: -30 },
        { ...other, used: 5 },
      ]);
      assert.deepEqual(await usedBy(ledger), { mike: 70, [other.group]: 5 });
      // Several of one counter at once, and more than one statement may take.
      const many = Array.from({ length: 1_500 }, (_, n) => ({ ...charge, group: `g${n}`, used: n + 1 }));
      await ledger.correctCharged!([{ ...charge, used: 1 }, ...many, { ...charge, used: 2 }]);
      await ledger.append([ledgerRecord(2, { budgets: [charge] })], []);
      const reopened = await reopen();
      const again = await usedBy(reopened);
      assert.deepEqual([again['mike'], again[other.group], again['g1499']], [173, 5, 1_500]);
      assert.equal(Object.keys(again).length, 1_502);
      assert.equal((await reopened.usage({}, { groupBy: [] }))[0]?.requests, 2, 'no record is made of it');
    }),
  );

  test(
    `${name}: prune takes the oldest, so many at a time; charges stay`,
    withLedger(async ({ ledger }) => {
      const charge = { budget: 'ns/daily', group: '', unit: 'tokens' as const, used: 7, ...startDay };
      await ledger.append(
        Array.from({ length: 10 }, (_, n) => ledgerRecord(n, { budgets: [charge] })),
        [],
      );
      const before = startMs + 8 * 60_000;
      assert.equal((await ledger.extent()).oldestMs, startMs);
      assert.equal(await ledger.prune(before, 3), 3);
      const { oldestMs, bytes } = await ledger.extent();
      assert.equal(oldestMs, startMs + 3 * 60_000);
      assert.ok(bytes > 1_000);
      assert.deepEqual(numbersOf((await ledger.search({}, { limit: 10 })).records), [9, 8, 7, 6, 5, 4, 3]);
      assert.equal(await ledger.prune(before), 5);
      assert.equal(await ledger.prune(before), 0);
      assert.deepEqual(numbersOf((await ledger.search({}, { limit: 10 })).records), [9, 8]);
      assert.deepEqual(
        (await ledger.charged()).sums.map(({ used }) => used),
        [70],
      );
      await ledger.prune(Number.MAX_SAFE_INTEGER);
      assert.equal((await ledger.extent()).oldestMs, undefined);
    }),
  );

  test(
    `${name}: charges are added up per counter, each record's once, until their window has ended`,
    withLedger(async ({ ledger, reopen }) => {
      const charge = (budget: string, used: number, window = startDay) => ({
        budget,
        group: 'mike',
        unit: 'tokens' as const,
        used,
        ...window,
      });
      const minute = { ...startDay, windowSeconds: 60 };
      const first = ledgerRecord(0, { budgets: [charge('a', 5), charge('b', 2, minute)] });
      await ledger.append([first, ledgerRecord(1, { budgets: [charge('a', 6)] })], []);
      await ledger.append([first, ledgerRecord(2, { budgets: [charge('a', 0)] })], []);
      // Entries of early versions do not name their window.
      const unnamed = { budget: 'a', group: 'mike', unit: 'tokens' as const, used: 3 };
      const again = await reopen();
      await again.append([ledgerRecord(300, { budgets: [unnamed] })], []);
      assert.deepEqual(await again.charged(), {
        sinceMs: 0,
        sums: [{ budget: 'a', unit: 'tokens', group: 'mike', ...startDay, used: 11 }],
      });
    }),
  );
}
