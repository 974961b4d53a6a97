import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nowAndThen } from './progress.ts';

test('long work is told of once a second, and short work not at all', () => {
  let now = 0;
  const told: number[] = [];
  const progress = nowAndThen(
    (done) => told.push(done),
    () => now,
  );
  for (let done = 1; done <= 10; done++) {
    now += 300;
    progress(done, 10);
  }
  assert.deepEqual(told, [4, 8]);
});
