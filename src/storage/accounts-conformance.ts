/** One behaviour suite for every store of accounts: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Charge, Reading, ReservationItem } from '../core/budget/model.ts';
import { heldBy } from '../core/budget/reserve.ts';
import type { Accounts } from './accounts.ts';

export interface AccountsUnderTest {
  accounts: Accounts;
  /** Ends without a word and opens again, as after `kill -9`. */
  crash(): Promise<Accounts>;
  close(): Promise<void>;
}

export function reservationItem(fields: Partial<ReservationItem> = {}): ReservationItem {
  return {
    budget: 'ns/b',
    group: '',
    unit: 'tokens',
    slices: [86_400],
    keepSeconds: 86_400,
    resetsAtSeconds: 172_800,
    limit: 1_000,
    fixed: 100,
    perOutputToken: 1,
    enforce: 'hard',
    ...fields,
  };
}

/** Reserves as much as `wantedOutput`; undefined when refused. */
export async function hold(
  accounts: Accounts,
  items: ReservationItem[],
  wantedOutput: number,
  minimumOutput = 1,
): Promise<number | undefined> {
  const outcome = await accounts.reserve({ items, wantedOutput, minimumOutput });
  return 'granted' in outcome ? outcome.granted : undefined;
}

export async function readings(accounts: Accounts, items: ReservationItem[]): Promise<Reading[]> {
  // One that never fits: the call is refused, so that only the readings come of it.
  const asked = [
    ...items.map((item) => ({ ...item, enforce: 'report' as const })),
    reservationItem({ limit: -1 }),
  ];
  return (await accounts.reserve({ items: asked, wantedOutput: 0, minimumOutput: 0 })).readings.slice(0, -1);
}

export function charges(items: ReservationItem[], granted: number, used: number): Charge[] {
  return items.map((item) => ({ item, release: heldBy(item, granted), used }));
}

export function accountsConformance(
  name: string,
  open: (nowSeconds: number) => Promise<AccountsUnderTest>,
): void {
  const withAccounts = (run: (under: AccountsUnderTest) => Promise<void>) => async () => {
    const under = await open(100_000);
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

  test(
    `${name}: what is reserved is held until it is settled, then only what was used counts`,
    withAccounts(async ({ accounts }) => {
      const items = [reservationItem()];
      assert.equal(await hold(accounts, items, 500), 500);
      assert.deepEqual(await readings(accounts, items), [{ used: 0, reserved: 600 }]);
      assert.equal(await hold(accounts, items, 500), 300);
      assert.equal(await hold(accounts, items, 500), undefined);
      await accounts.settle(charges(items, 500, 250), '{"id":"a"}');
      assert.deepEqual(await readings(accounts, items), [{ used: 250, reserved: 400 }]);
      await accounts.settle(charges(items, 300, 0), '{"id":"b"}');
      assert.deepEqual(await readings(accounts, items), [{ used: 250, reserved: 0 }]);
    }),
  );

  test(
    `${name}: all budgets of a call or none`,
    withAccounts(async ({ accounts }) => {
      const items = [reservationItem(), reservationItem({ budget: 'ns/small', limit: 50 })];
      const outcome = await accounts.reserve({ items, wantedOutput: 10, minimumOutput: 1 });
      assert.equal('refusedBy' in outcome && outcome.refusedBy, 1);
      assert.deepEqual(await readings(accounts, items), [
        { used: 0, reserved: 0 },
        { used: 0, reserved: 0 },
      ]);
    }),
  );

  test(
    `${name}: groups, units and windows are counters of their own`,
    withAccounts(async ({ accounts }) => {
      const item = reservationItem();
      await accounts.settle(charges([item], 0, 7), '');
      const others = [
        reservationItem({ group: 'mike' }),
        reservationItem({ unit: 'usd' }),
        reservationItem({ slices: [172_800] }),
        reservationItem({ budget: 'ns/c' }),
      ];
      for (const other of others)
        assert.deepEqual(await readings(accounts, [other]), [{ used: 0, reserved: 0 }]);
    }),
  );

  test(
    `${name}: a rolling window reads all its slices, charges the last, and holds in one pot`,
    withAccounts(async ({ accounts }) => {
      const rolling = (slices: number[]) => reservationItem({ slices, keepSeconds: 7_200 });
      const early = [rolling([93_600, 97_200])];
      const late = [rolling([97_200, 100_800])];
      assert.equal(await hold(accounts, early, 100), 100);
      assert.deepEqual(await readings(accounts, late), [{ used: 0, reserved: 200 }]);
      await accounts.settle(charges(early, 100, 150), '');
      assert.deepEqual(await readings(accounts, late), [{ used: 150, reserved: 0 }]);
      assert.deepEqual(await readings(accounts, [rolling([100_800, 104_400])]), [{ used: 0, reserved: 0 }]);
    }),
  );

  test(
    `${name}: calls at once come back to none`,
    withAccounts(async ({ accounts }) => {
      const items = [
        reservationItem({ unit: 'concurrency', limit: 2, fixed: 1, perOutputToken: 0, slices: [0] }),
      ];
      assert.equal(await hold(accounts, items, 0), 0);
      assert.equal(await hold(accounts, items, 0), 0);
      assert.equal(await hold(accounts, items, 0), undefined);
      await accounts.settle(charges(items, 0, 0), '');
      assert.equal(await hold(accounts, items, 0), 0);
    }),
  );

  test(
    `${name}: after a crash what was settled is there and nothing is held`,
    withAccounts(async (under) => {
      const items = [reservationItem(), reservationItem({ budget: 'ns/second', group: 'a|b"c\n' })];
      await hold(under.accounts, items, 100);
      await hold(under.accounts, items, 100);
      await under.accounts.settle(charges(items, 100, 42), '{"id":"a"}');
      assert.deepEqual(await readings(await under.crash(), items), [
        { used: 42, reserved: 0 },
        { used: 42, reserved: 0 },
      ]);
    }),
  );

  test(
    `${name}: no order of calls passes a limit, and the counters are the sum of what was settled`,
    withAccounts(async ({ accounts }) => {
      let run = 0;
      const step = fc.record({ begin: fc.boolean(), output: fc.nat(200), share: fc.nat(100) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const group = String(run++);
          const items = [reservationItem({ group }), reservationItem({ group, budget: 'ns/t', limit: 700 })];
          const open: number[] = [];
          let used = 0;
          const end = async (granted: number, share: number) => {
            const amount = Math.floor(((100 + granted) * share) / 100);
            await accounts.settle(charges(items, granted, amount), '');
            used += amount;
          };
          for (const { begin, output, share } of steps) {
            const granted = begin ? await hold(accounts, items, output) : undefined;
            if (granted !== undefined) open.push(granted);
            else if (open.length > 0) await end(open.shift()!, share);
            for (const [index, reading] of (await readings(accounts, items)).entries())
              assert.ok(reading.used + reading.reserved <= items[index]!.limit);
          }
          for (const granted of open) await end(granted, 100);
          assert.deepEqual(await readings(accounts, items), [
            { used, reserved: 0 },
            { used, reserved: 0 },
          ]);
        }),
        { numRuns: 50 },
      );
    }),
  );
}
