import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedRows, percentChange, rangeBefore } from '../src/pages/usage/compare.ts';
import { figuresOf } from './fixture-data.ts';

const local = (...parts: [number, number, number, number?]) => new Date(...parts).toISOString();
const now = new Date(2026, 10, 25, 12);

test('the range before: as long, month for month, or a year earlier', () => {
  const week = { from: local(2026, 10, 19), to: local(2026, 10, 26) };
  assert.deepEqual(rangeBefore(week, 'before', now), { from: local(2026, 10, 12), to: week.from });
  const thisMonth = { from: local(2026, 10, 1) };
  assert.deepEqual(rangeBefore(thisMonth, 'before', now), {
    from: local(2026, 9, 1),
    to: local(2026, 9, 25, 12),
  });
  const october = { from: local(2026, 9, 1), to: local(2026, 10, 1) };
  assert.deepEqual(rangeBefore(october, 'before', now), { from: local(2026, 8, 1), to: local(2026, 9, 1) });
  const quarter = { from: local(2026, 6, 1), to: local(2026, 9, 1) };
  assert.deepEqual(rangeBefore(quarter, 'before', now), { from: local(2026, 3, 1), to: local(2026, 6, 1) });
  const leap = { from: local(2028, 1, 29), to: local(2028, 2, 1) };
  assert.deepEqual(rangeBefore(leap, 'year', now), { from: local(2027, 1, 28), to: local(2027, 2, 1) });
});

test('groups of both ranges stand side by side, whichever they used something in', () => {
  const row = (user: string, costNano: number) => ({ ...figuresOf([]), group: { user }, costNano });
  const report = (...rows: ReturnType<typeof row>[]) => ({ rows, total: figuresOf([]) });
  const rows = comparedRows(report(row('a', 10), row('b', 5)), report(row('b', 4), row('c', 7)));
  assert.deepEqual(
    rows.map(({ group, costNano, costNanoBefore }) => [group['user'], costNano, costNanoBefore]),
    [
      ['a', 10, 0],
      ['b', 5, 4],
      ['c', 0, 7],
    ],
  );
  assert.deepEqual(
    [percentChange(5, 4), percentChange(0, 7), percentChange(1, 0)],
    ['+25 %', '−100 %', undefined],
  );
});
