import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './outcome.ts';

test('answered, refused, failed', () => {
  assert.equal(outcomeOf({ status: 200 }), 'ok');
  assert.equal(outcomeOf({ status: 429, reason: 'Budget' }), 'refused');
  assert.equal(outcomeOf({ status: 401, reason: 'APIKeyAuth' }), 'refused');
  assert.equal(outcomeOf({ status: 429, reason: 'Upstream', error: 'the provider answered 429' }), 'failed');
  assert.equal(outcomeOf({ status: 200, error: 'the provider ended in the middle' }), 'failed');
});
