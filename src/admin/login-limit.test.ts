/** Failed logins of several gateways count together, and each counts on where the counters they share are away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CounterIncrement } from '../storage/counters.ts';
import { LoginLimit } from './login-limit.ts';

/** As a store that gateways share; `isAway`: it fails. */
class Shared {
  readonly counts = new Map<string, number>();
  isAway = false;

  async add(increments: readonly CounterIncrement[]): Promise<number[]> {
    if (this.isAway) throw new Error('away');
    return increments.map(({ key, windowStart, add }) => {
      const name = `${key}${windowStart}`;
      this.counts.set(name, Math.max(0, (this.counts.get(name) ?? 0) + add));
      return this.counts.get(name)!;
    });
  }
}

const minute = 60_000;

function gateways(count: number) {
  const clock = { nowMs: 1_795_600_000_000 - (1_795_600_000_000 % minute) + 20_000 };
  const shared = new Shared();
  const limits = Array.from({ length: count }, () => new LoginLimit(() => clock.nowMs, shared));
  return { clock, shared, limits };
}

/** Tries at a gateway until one is refused: how many were looked at. */
async function triesAt(limit: LoginLimit, who: string): Promise<number> {
  let tries = 0;
  while (limit.waitSeconds(who) === 0 && (await limit.failed([who])) === 0) tries++;
  return tries;
}

test('three gateways give ten tries a minute together, not each', async () => {
  const { clock, limits } = gateways(3);
  const tries = [];
  for (const limit of limits) tries.push(await triesAt(limit, 'address a'));
  assert.deepEqual(tries, [10, 0, 0]);
  for (const limit of limits) assert.ok(limit.waitSeconds('address a') > 0);
  assert.equal(await triesAt(limits[1]!, 'address b'), 10);
  clock.nowMs += minute;
  assert.equal(limits[2]!.waitSeconds('address a'), 0);
  assert.equal(await triesAt(limits[2]!, 'address a'), 10);
});

test('who guesses at all gateways at once is counted', async () => {
  const { limits } = gateways(3);
  const waits = await Promise.all(
    Array.from({ length: 60 }, (_, n) => limits[n % 3]!.failed(['address a', 'user mike'])),
  );
  assert.equal(waits.filter((wait) => wait === 0).length, 10);
});

test('a login that was right takes its failure back everywhere', async () => {
  const { limits } = gateways(2);
  for (let n = 0; n < 50; n++) {
    assert.equal(await limits[n % 2]!.failed(['user mike']), 0);
    await limits[n % 2]!.succeeded(['user mike']);
  }
});

test('while what they share is away each counts for itself; names are not to be read there', async () => {
  const { shared, limits } = gateways(2);
  assert.equal(await limits[0]!.failed(['user mike']), 0);
  assert.doesNotMatch([...shared.counts.keys()].join(), /mike/);
  shared.isAway = true;
  assert.equal(await triesAt(limits[0]!, 'user mike'), 9);
  assert.equal(await triesAt(limits[1]!, 'user mike'), 10);
  await limits[1]!.succeeded(['user mike']);
});
