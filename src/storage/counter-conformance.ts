/** One behaviour suite for every counter store: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CounterStore } from './counters.ts';

export interface StoreUnderTest {
  store: CounterStore;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<CounterStore>;
  close(): Promise<void>;
}

const day = { windowStart: 86_400_000, windowSeconds: 86_400 };

export function counterConformance(
  name: string,
  open: (nowSeconds: () => number) => Promise<StoreUnderTest>,
  /** `ignoresWindowLength`: of two windows that begin together the store has one counter, as envoyproxy/ratelimit has. */
  { ignoresWindowLength = false } = {},
): void {
  const now = () => day.windowStart + 10;
  const withStore = (run: (under: StoreUnderTest) => Promise<void>) => async () => {
    const under = await open(now);
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

  test(
    `${name}: returns the value after each increment, in order`,
    withStore(async ({ store }) => {
      const a = { key: 'a', ...day };
      assert.deepEqual(
        await store.add([
          { ...a, add: 5 },
          { ...a, add: 7 },
          { ...a, key: 'b', add: 0 },
        ]),
        [5, 12, 0],
      );
      assert.deepEqual(await store.add([{ ...a, add: 0 }]), [12]);
    }),
  );

  test(
    `${name}: windows of one key are counters of their own`,
    withStore(async ({ store }) => {
      await store.add([{ key: 'a', ...day, add: 5 }]);
      const tomorrow = { ...day, windowStart: day.windowStart + 86_400 };
      assert.deepEqual(await store.add([{ key: 'a', ...tomorrow, add: 1 }]), [1]);
      const other = await store.add([{ key: 'a', ...day, windowSeconds: 172_800, add: 2 }]);
      assert.deepEqual(other, [ignoresWindowLength ? 7 : 2]);
    }),
  );

  test(
    `${name}: a refund stops at zero`,
    withStore(async ({ store }) => {
      assert.deepEqual(
        await store.add([
          { key: 'a', ...day, add: 3 },
          { key: 'a', ...day, add: -10 },
        ]),
        [3, 0],
      );
    }),
  );

  test(
    `${name}: long and odd keys stay apart`,
    withStore(async ({ store }) => {
      const long = 'x'.repeat(10_000);
      const keys = [`${long}1`, `${long}2`, 'é'.repeat(5_000), 'a\nb', 'a"b', '[', 'Ω', ' '];
      await store.add(keys.map((key, i) => ({ key, ...day, add: i + 1 })));
      assert.deepEqual(
        await store.add(keys.map((key) => ({ key, ...day, add: 0 }))),
        keys.map((_, i) => i + 1),
      );
    }),
  );

  test(
    `${name}: lists and resets by prefix`,
    withStore(async ({ store }) => {
      await store.add([
        { key: 'd_u_mike_', ...day, add: 5 },
        { key: 'd_u_anna_', ...day, add: 6 },
        { key: 'e_', ...day, add: 7 },
      ]);
      const listed = await store.list('d_');
      assert.deepEqual(listed.map((c) => [c.key, c.value]).sort(), [
        ['d_u_anna_', 6],
        ['d_u_mike_', 5],
      ]);
      assert.equal(await store.reset('d_u_mike_'), 1);
      assert.deepEqual(
        await store.add([
          { key: 'd_u_mike_', ...day, add: 0 },
          { key: 'd_u_anna_', ...day, add: 0 },
        ]),
        [0, 6],
      );
    }),
  );

  test(
    `${name}: a restart forgets nothing but ended windows`,
    withStore(async (under) => {
      await under.store.add([
        { key: 'a', ...day, add: 40 },
        { key: 'long', ...day, add: 1 },
      ]);
      await under.store.add([{ key: 'a', ...day, add: 80 }]);
      await under.store.reset('long');
      const again = await under.reopen();
      assert.deepEqual(
        await again.add([
          { key: 'a', ...day, add: 0 },
          { key: 'long', ...day, add: 0 },
        ]),
        [120, 0],
      );
    }),
  );
}
