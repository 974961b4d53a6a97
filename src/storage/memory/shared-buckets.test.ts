import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachSharedBuckets, createBucketMemory } from './shared-buckets.ts';

const start = 1_795_600_000.25;
const take = (fields = {}) => ({
  bucket: 'b',
  limit: 3,
  burst: 2,
  unitSeconds: 60,
  amount: 1,
  check: false,
  ...fields,
});

test('full at first, one bucket for all who share the memory, filled up by whole units', () => {
  const memory = createBucketMemory(100);
  const [one, two] = [attachSharedBuckets(memory), attachSharedBuckets(memory)];
  for (const remaining of [4, 2, 0]) {
    assert.deepEqual(one!.take(take(), start).standing, { limit: 3, remaining, resetSeconds: 60 });
    if (remaining > 0) assert.equal(two!.take(take(), start).allowed, true);
  }
  assert.equal(two!.take(take(), start + 59).allowed, false);
  assert.deepEqual(two!.take(take(), start + 61).standing, { limit: 3, remaining: 2, resetSeconds: 59 });
  assert.equal(one!.take(take({ check: true }), start + 3_600).standing.remaining, 5);
});

test('tokens: what was used is taken even when it is more than there is; a look takes nothing', () => {
  const buckets = attachSharedBuckets(createBucketMemory(100));
  assert.equal(buckets.take(take({ check: true }), start).standing.remaining, 5);
  assert.equal(buckets.take(take({ amount: 900 }), start).standing.remaining, 0);
  assert.equal(buckets.take(take({ check: true }), start).allowed, false);
});

test('buckets of a name in another unit are others', () => {
  const buckets = attachSharedBuckets(createBucketMemory(100));
  buckets.take(take({ amount: 5 }), start);
  assert.equal(buckets.take(take({ unitSeconds: 1 }), start).standing.remaining, 4);
});

test('idle buckets make room; without room nothing is allowed, and what is there stays', () => {
  const buckets = attachSharedBuckets(createBucketMemory(40));
  const allowed = (n: number, now: number) => buckets.take(take({ bucket: `b${n}`, amount: 5 }), now).allowed;
  const first = Array.from({ length: 30 }, (_, n) => allowed(n, start));
  assert.equal(first.filter(Boolean).length, 15);
  assert.equal(allowed(0, start), false);
  assert.equal(allowed(99, start + 121), true);
  assert.equal(allowed(0, start + 121), true);
});
