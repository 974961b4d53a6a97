import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Believed, CounterDrift } from '../storage/drift.ts';
import { startTestAdmin } from './admin-api.fixture.ts';

const drift = (n: number, of?: CounterDrift['of']): CounterDrift => ({
  key: `budget|ns/b${n}|usd|`,
  windowStart: 1_764_028_800,
  windowSeconds: 86_400,
  counted: 2_000_000_000,
  entered: 500_000_000,
  ...(of && { of }),
});
const known = drift(1, { budget: 'ns/b1', unit: 'usd', group: '' });

function check(drifts: CounterDrift[]) {
  const repaired: [CounterDrift[], Believed][] = [];
  return {
    repaired,
    find: async () => drifts,
    repair: async (given: readonly CounterDrift[], believed: Believed) => {
      repaired.push([[...given], believed]);
      return believed === 'ledger' ? [] : given.filter(({ of }) => of === undefined);
    },
  };
}

test('differences are listed; a repair says which side it believes and first only tells', async (t) => {
  const source = check([known, drift(2)]);
  const admin = await startTestAdmin(t, { drift: source });
  const { items } = (await admin.call('GET', '/drift')).body;
  assert.deepEqual(items[0], {
    counter: 'budget|ns/b1|usd|',
    budget: 'ns/b1',
    unit: 'usd',
    group: '',
    windowStart: '2025-11-25T00:00:00.000Z',
    windowSeconds: 86_400,
    counted: '2.00',
    entered: '0.50',
  });
  assert.equal(items[1].budget, undefined);
  assert.equal((await admin.call('POST', '/drift:repair', {})).body.error.field, 'believe');
  assert.equal((await admin.call('POST', '/drift:repair', { believe: 'me' })).status, 422);
  const dry = (await admin.call('POST', '/drift:repair', { believe: 'counters' })).body;
  assert.deepEqual([dry.dryRun, dry.repaired.length, dry.skipped.length], [true, 1, 1]);
  assert.deepEqual(source.repaired, []);
  const done = (await admin.call('POST', '/drift:repair', { believe: 'counters', dryRun: false })).body;
  assert.deepEqual([done.dryRun, done.repaired.length, done.skipped.length], [false, 1, 1]);
  assert.deepEqual(source.repaired, [[[known, drift(2)], 'counters']]);
  const audit = (await admin.call('GET', '/audit')).body.items;
  assert.equal(audit.length, 1);
  assert.deepEqual(audit[0].changes, [
    { field: 'believe', to: 'counters' },
    { field: 'counted', to: 2_000_000_000 },
    { field: 'entered', to: 500_000_000 },
  ]);
});

test('a gateway that compares nothing says so', async (t) => {
  const admin = await startTestAdmin(t);
  assert.equal((await admin.call('GET', '/drift')).body.error.code, 'no_ledger');
});
