/** Whoever may name counters can not take the room that others need. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ReservationItem, ReservationRequest } from '../../core/budget/model.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import type { CounterStore } from '../counters.ts';
import { openCounterDump } from '../sqlite/counter-dump.ts';
import { attachSharedAccounts } from './shared-accounts.ts';
import { attachSharedCounters, openSharedCounters, type SharedCounters } from './shared-counters.ts';

const day = { windowStart: 0, windowSeconds: 86_400 };

function flooded(t: TestContext, nowSeconds = () => 10) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-flood-'));
  const open = () =>
    openSharedCounters({ directory, nowSeconds, dump: openCounterDump(join(directory, 'counters.db')) });
  const world = {
    counters: open(),
    reopen: () => {
      world.counters.close();
      world.counters = open();
    },
  };
  t.after(() => {
    world.counters.close();
    rmSync(directory, { recursive: true });
  });
  return world;
}

/** How many of so many distinct counters were taken. */
function flood(store: CounterStore, name: string, calls: number, window = day): number {
  let taken = 0;
  for (let n = 0; n < calls; n++) {
    try {
      store.add([{ key: `${name}${n}`, ...window, add: 1 }]);
      taken++;
    } catch (error) {
      assert.ok(error instanceof RateLimitUnavailable);
    }
  }
  return taken;
}

function budgetCall(group: string): ReservationRequest {
  const item: ReservationItem = {
    budget: 'ns/daily',
    group,
    unit: 'tokens',
    slices: [0],
    keepSeconds: 86_400,
    resetsAtSeconds: 86_400,
    limit: 1_000,
    fixed: 10,
    perOutputToken: 0,
    enforce: 'hard',
  };
  return { items: [item], wantedOutput: 0, minimumOutput: 0 };
}

function budgetsGoOn({ handle }: SharedCounters, groups: number, name: string): void {
  const accounts = attachSharedAccounts(handle, 'worker-1');
  for (let n = 0; n < groups; n++) {
    const request = budgetCall(`${name}${n}`);
    assert.ok('granted' in accounts.reserve(request));
    accounts.settle([{ item: request.items[0]!, release: 10, used: 7 }], '');
  }
  accounts.close();
}

test('100,000 counters by peers: bounded, known ones count on, and the gateway’s own calls too', (t) => {
  const world = flooded(t);
  const before = process.memoryUsage().rss;
  const taken = flood(world.counters.peers, 'peer', 100_000);
  assert.equal(taken, 65_536 / 4);
  assert.ok(process.memoryUsage().rss - before < 96 * 2 ** 20);
  assert.deepEqual(world.counters.peers.add([{ key: 'peer7', ...day, add: 1 }]), [2]);
  const own = attachSharedCounters(world.counters.handle, 'worker-1', () => 10);
  assert.equal(flood(own, 'own', 8_000), 8_000);
  budgetsGoOn(world.counters, 4_000, 'a');
});

test('own rate limits leave room for budgets', (t) => {
  const { counters } = flooded(t);
  flood(counters.peers, 'peer', 20_000);
  const own = attachSharedCounters(counters.handle, 'worker-1', () => 10);
  assert.equal(flood(own, 'own', 100_000), 65_536 / 2 - 65_536 / 4);
  budgetsGoOn(counters, 8_000, 'a');
});

test('after restarts and more floods there is still room', (t) => {
  const world = flooded(t);
  for (const round of ['a', 'b', 'c']) {
    flood(world.counters.peers, round, 30_000);
    world.reopen();
  }
  const own = attachSharedCounters(world.counters.handle, 'worker-1', () => 10);
  assert.ok(flood(own, 'own', 5_000) >= 4_000);
  budgetsGoOn(world.counters, 8_000, 'a');
});

test('a checkpoint gives back what ended windows and counters at zero had', (t) => {
  let now = 10;
  const { counters } = flooded(t, () => now);
  const minute = { windowStart: 0, windowSeconds: 60 };
  assert.equal(flood(counters.peers, 'minute', 20_000, minute), 16_384);
  now = 61;
  counters.checkpoint();
  assert.equal(flood(counters.peers, 'day', 20_000), 16_384);
  assert.equal(counters.store.reset('day'), 16_384);
  counters.checkpoint();
  assert.equal(flood(counters.peers, 'more', 20_000), 16_384);
});

test('a call that finds no room for one of its counters counts none', (t) => {
  const { counters } = flooded(t);
  flood(counters.peers, 'peer', 16_383);
  const two = ['last', 'too many'].map((key) => ({ key, ...day, add: 1 }));
  assert.throws(() => counters.peers.add([{ key: 'peer0', ...day, add: 5 }, ...two]), RateLimitUnavailable);
  assert.deepEqual(counters.peers.add([{ key: 'peer0', ...day, add: 0 }]), [1]);
});
