import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { amountText, nanoUsd, usdText } from './units.ts';

test('dollars: exact both ways', () => {
  assert.equal(nanoUsd('25.00'), 25_000_000_000);
  assert.equal(nanoUsd('0.000000001'), 1);
  assert.equal(usdText(1), '0.000000001');
  assert.equal(usdText(25_500_000_000), '25.50');
  assert.equal(usdText(-1_250_000_000), '-1.25');
  assert.throws(() => nanoUsd('1e3'), RangeError);
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (nano) => assert.equal(nanoUsd(usdText(nano)), nano)),
  );
});

test('amounts as people read them', () => {
  assert.equal(amountText('usd', 1_500_000_000), '1.50 USD');
  assert.equal(amountText('inputTokens', 7), '7 input tokens');
  assert.equal(amountText('concurrency', 2), '2 calls at once');
  assert.equal(amountText('concurrency', 1), '1 call at once');
  assert.equal(amountText('requests', 1), '1 request');
});
