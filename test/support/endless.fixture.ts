/** A test that is over at its time limit, while its loop is not. */
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

test('endless', { timeout: 50 }, async () => {
  for (;;) await delay(5);
});
