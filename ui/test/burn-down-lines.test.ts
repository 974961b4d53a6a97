import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BurnDown } from '../src/api/budgets.ts';
import { amountAt, linesOf } from '../src/pages/budget/burn-down-lines.ts';

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 10, day, hour)).toISOString();
const ms = (day: number, hour = 0) => Date.UTC(2026, 10, day, hour);
const course: BurnDown = {
  group: '',
  unit: 'usd',
  from: at(10),
  to: at(11),
  points: [
    { at: at(10), used: '0.00' },
    { at: at(10, 12), used: '5.00' },
  ],
  limits: [
    { from: at(10), limit: '8.00' },
    { from: at(10, 6), limit: '20.00' },
  ],
  forecast: { perDay: 10 },
  before: {
    from: at(8),
    to: at(9),
    points: [
      { at: at(8), used: '0.00' },
      { at: at(9), used: '16.00' },
    ],
    limits: [],
  },
  complete: true,
};

test('limit in steps, forecast to the end, the window before laid over this one', () => {
  const lines = linesOf(course);
  assert.deepEqual([lines.fromMs, lines.toMs, lines.top], [ms(10), ms(11), 20]);
  assert.deepEqual(lines.limit, [
    { at: ms(10), amount: 8 },
    { at: ms(10, 6), amount: 8 },
    { at: ms(10, 6), amount: 20 },
    { at: ms(11), amount: 20 },
  ]);
  assert.deepEqual(lines.forecast, [
    { at: ms(10, 12), amount: 5 },
    { at: ms(11), amount: 10 },
  ]);
  assert.deepEqual(lines.before.at(-1), { at: ms(11), amount: 16 });
  assert.equal(amountAt(lines.limit, ms(10, 7)), 20);
});

test('a forecast ends where it runs out; nothing used has none', () => {
  const { forecast } = linesOf({ ...course, forecast: { perDay: 40, runsOutAt: at(10, 21) } });
  assert.deepEqual(forecast.at(-1), { at: ms(10, 21), amount: 20 });
  const { forecast: _, before: __, ...rest } = course;
  assert.deepEqual(linesOf(rest).forecast, []);
  assert.deepEqual(linesOf(rest).before, []);
});

test('a window without end is drawn as far ahead as it goes back, or until it runs out', () => {
  const { to: _, before: __, ...endless } = course;
  const runsOut = (runsOutAt: string) => linesOf({ ...endless, forecast: { perDay: 10, runsOutAt } }).toMs;
  assert.equal(runsOut(at(10, 18)), ms(10, 18));
  assert.equal(runsOut(at(20)), ms(11));
  assert.equal(linesOf(endless).toMs, ms(10, 12));
});
