/** A call that is tried again stays within what it reserved once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { amountUsed, boundOf } from '../budget/amounts.ts';
import type { ReservationItem } from '../budget/model.ts';
import { heldBy } from '../budget/reserve.ts';
import { noUsage } from '../llm/usage.ts';
import { grantLeft, type NextAttempt } from './grant-left.ts';

const item = (fields: Partial<ReservationItem>): ReservationItem => ({
  budget: 'ns/b',
  group: '',
  unit: 'tokens',
  slices: [0],
  keepSeconds: 60,
  resetsAtSeconds: 60,
  limit: 1_000,
  fixed: 100,
  perOutputToken: 1,
  enforce: 'hard',
  ...fields,
});
const held = (items: ReservationItem[], granted = 500, minimumOutput = 10) => ({
  request: { items, wantedOutput: granted, minimumOutput },
  granted,
});
const next = (fields: Partial<NextAttempt> = {}): NextAttempt => ({
  boundInput: () => 100,
  answers: 1,
  price: { input: 1_000, output: 5_000 },
  spent: noUsage,
  spentNano: 0,
  ...fields,
});
const spent = (inputTokens: number, outputTokens: number) => ({ ...noUsage, inputTokens, outputTokens });

test('a failure that used nothing leaves everything', () => {
  assert.deepEqual(grantLeft(held([item({})]), next()), { limits: true, output: 500 });
  assert.deepEqual(grantLeft(held([]), next()), { limits: false, output: 500 });
});

test('what was used shortens the next answer, or forbids the attempt', () => {
  const some = next({ spent: spent(80, 20) });
  assert.deepEqual(grantLeft(held([item({})]), some), { limits: true, output: 400 });
  assert.equal(grantLeft(held([item({})]), next({ spent: spent(100, 400) })), undefined);
  const input = item({ unit: 'inputTokens', perOutputToken: 0 });
  assert.equal(grantLeft(held([input]), next({ spent: spent(1, 0) })), undefined);
  const outputOnly = item({ unit: 'outputTokens', fixed: 0 });
  assert.deepEqual(grantLeft(held([outputOnly]), next({ spent: spent(999, 30) })), {
    limits: true,
    output: 470,
  });
});

test('a dearer model has fewer tokens for the same money; one without a price none', () => {
  const usd = item({ unit: 'usd', fixed: 100_000, perOutputToken: 5_000 });
  assert.deepEqual(grantLeft(held([usd]), next()), { limits: true, output: 500 });
  const dearer = next({ price: { input: 2_000, output: 10_000 } });
  assert.deepEqual(grantLeft(held([usd]), dearer), { limits: true, output: 240 });
  assert.equal(grantLeft(held([usd]), next({ price: undefined })), undefined);
});

test('budgets that do not hold, and those that count calls, have no say', () => {
  const others = [
    item({ enforce: 'soft' }),
    item({ enforce: 'report' }),
    item({ unit: 'requests', fixed: 1, perOutputToken: 0 }),
    item({ unit: 'concurrency', fixed: 1, perOutputToken: 0 }),
  ];
  assert.deepEqual(grantLeft(held(others), next({ spent: spent(9_000, 9_000) })), {
    limits: false,
    output: 500,
  });
});

test('property: what was spent and the next attempt’s bound never exceed what is held', () => {
  const units = fc.constantFrom('tokens', 'inputTokens', 'outputTokens', 'usd') as fc.Arbitrary<
    ReservationItem['unit']
  >;
  const attempt = fc.record({
    input: fc.nat(2_000),
    answers: fc.integer({ min: 1, max: 4 }),
    price: fc.record({ input: fc.nat(20_000), output: fc.nat(80_000) }),
    spent: fc.tuple(fc.nat(1_000), fc.nat(1_000)),
    spentNano: fc.nat(50_000_000),
  });
  fc.assert(
    fc.property(
      units,
      fc.nat(5_000),
      fc.nat(100_000),
      fc.nat(4_000),
      attempt,
      (unit, fixed, perToken, granted, a) => {
        const bound = boundOf(unit, fixed, { input: 1_000, output: perToken });
        const one = item({ unit, fixed: bound.fixed, perOutputToken: bound.perOutputToken });
        const wanted = next({
          boundInput: () => a.input,
          answers: a.answers,
          price: a.price,
          spent: spent(...a.spent),
          spentNano: a.spentNano,
        });
        const left = grantLeft(held([one], granted, 0), wanted);
        if (left === undefined) return;
        assert.ok(left.output >= 0 && left.output <= granted);
        const after = boundOf(unit, a.input, a.price);
        const worst =
          amountUsed(unit, wanted.spent, a.spentNano) +
          after.fixed +
          left.output * after.perOutputToken * a.answers;
        assert.ok(worst <= heldBy(one, granted));
      },
    ),
  );
});
