import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWallClock } from './wall-clock.ts';

test('runs evenly, and follows the system clock when that steps', () => {
  let system = 1_000_000;
  let steady = 50;
  const nowMs = createWallClock(
    () => system,
    () => steady,
  );
  steady += 10.25;
  system += 10;
  assert.equal(nowMs(), 1_000_010.25);
  // Asleep: the steady clock stood still.
  system += 8 * 3_600_000;
  assert.equal(nowMs(), system);
  steady += 5;
  system += 5;
  assert.equal(nowMs(), system);
  system -= 3_600_000;
  assert.equal(nowMs(), system);
});
