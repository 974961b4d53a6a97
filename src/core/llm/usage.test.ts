import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noUsage, totalTokens } from './usage.ts';

test('cached input is part of the input, so the total does not count it twice', () => {
  assert.equal(totalTokens({ ...noUsage, inputTokens: 40, cachedInputTokens: 30, outputTokens: 80 }), 120);
});
