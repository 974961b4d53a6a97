import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dailyBudget } from './budget.fixture.ts';
import {
  type BurnDownPlan,
  bucketOf,
  bucketsOf,
  burnDownPlan,
  limitSteps,
  lineOf,
  type Span,
} from './burn-down.ts';
import type { BudgetWindow } from './model.ts';

const noon = Date.UTC(2026, 10, 25, 12);
const hour = 3_600_000;
const day: BudgetWindow = { type: 'calendar', period: 'Day', timeZone: 'UTC' };
const berlin = (period: 'Day' | 'Month'): BudgetWindow => ({
  type: 'calendar',
  period,
  timeZone: 'Europe/Berlin',
});

test('a calendar window has the one before beside it, whatever their lengths', () => {
  const month = burnDownPlan(berlin('Month'), Date.parse('2026-03-31T10:00:00Z'), 0);
  const text = ({ fromMs, toMs }: Span) => [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  assert.deepEqual(text(month.now), ['2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z']);
  assert.deepEqual(text(month.before!), ['2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z']);
  const short = burnDownPlan(berlin('Day'), Date.parse('2026-03-29T10:00:00Z'), 0);
  assert.equal((short.now.toMs - short.now.fromMs) / hour, 23);
  for (const span of [month.now, month.before!, short.now]) assert.equal(bucketsOf(span), 48);
});

test('what was charged is in the window that it was charged to, whenever the call began', () => {
  const plan = burnDownPlan(day, noon, 0);
  const { now, before } = plan as Required<BurnDownPlan>;
  const midnight = now.fromMs;
  const at = (span: Span, ms: number, window?: number) => bucketOf(span, plan, ms, window);
  assert.equal(at(now, noon, midnight / 1000), 24);
  assert.equal(at(now, midnight - 5, midnight / 1000), 0);
  assert.equal(at(before, midnight - 5, midnight / 1000), undefined);
  assert.equal(at(before, midnight - 5, before.fromMs / 1000), 47);
  assert.equal(at(before, midnight + 5, before.fromMs / 1000), 47);
  assert.equal(at(before, midnight - 5), 47, 'entries of old do not name their window');
  assert.equal(at(now, midnight - 5), undefined);
});

test('the line rises with what was charged, and ends now', () => {
  const { now } = burnDownPlan(day, noon, 0);
  const charged = Array(48).fill(0);
  charged[0] = 10;
  charged[3] = 5;
  charged[30] = 100;
  const line = lineOf(now, charged, noon);
  assert.deepEqual(line[0], { atMs: now.fromMs, used: 0 });
  assert.deepEqual(line[1], { atMs: now.fromMs + hour / 2, used: 10 });
  assert.deepEqual(line.at(-1), { atMs: noon, used: 15 });
  assert.equal(line.length, 25);
});

test('of a rolling window each point is the sum of so much time', () => {
  const plan = burnDownPlan({ type: 'rolling', seconds: 86_400 }, noon + 1, 0);
  assert.equal(plan.now.bucketMs, hour);
  assert.equal(plan.before, undefined);
  const charged = Array(bucketsOf(plan.now)).fill(0);
  const index = bucketOf(plan.now, plan, noon - 30 * hour, 0)!;
  charged[index] = 7;
  charged[bucketOf(plan.now, plan, noon - 2 * hour, 0)!] = 1;
  const line = lineOf(plan.now, charged, noon + 1, plan.rollingMs);
  const usedAt = (hoursAgo: number) => line.find(({ atMs }) => atMs === noon - hoursAgo * hour)?.used;
  assert.deepEqual([24, 7, 6, 5, 2, 1, 0].map(usedAt), [7, 7, 7, 0, 0, 1, 1]);
});

test('a lifetime begins with its budget, in buckets that stay where they are', () => {
  const since = noon - 40 * 24 * hour;
  const plan = burnDownPlan({ type: 'lifetime' }, noon, since);
  assert.equal(plan.now.bucketMs, 24 * hour);
  assert.equal(burnDownPlan({ type: 'lifetime' }, noon + hour, since).now.bucketMs, 24 * hour);
  assert.equal(bucketOf(plan.now, plan, since - 500, 0), 0);
  assert.deepEqual(
    burnDownPlan({ type: 'lifetime' }, noon, noon + 5).now.fromMs,
    noon,
    'a clock that was set back',
  );
});

test('the limit is told with each moment from which it is another', () => {
  const overrides = [
    { fromMs: noon - hour, toMs: noon + hour, limit: 5_000 },
    { fromMs: noon + 40 * hour, toMs: noon + 50 * hour, limit: 9_000 },
  ];
  const { now } = burnDownPlan(day, noon, 0);
  assert.deepEqual(limitSteps(dailyBudget({ overrides }), now.fromMs, now.toMs), [
    { atMs: now.fromMs, limit: 1_000 },
    { atMs: noon - hour, limit: 5_000 },
    { atMs: noon + hour, limit: 1_000 },
  ]);
  assert.deepEqual(limitSteps(dailyBudget(), now.fromMs, now.toMs), [{ atMs: now.fromMs, limit: 1_000 }]);
});

test('nothing that was charged in the window is lost or counted twice', () => {
  const windows: BudgetWindow[] = [
    day,
    berlin('Month'),
    { type: 'rolling', seconds: 3_601 },
    { type: 'lifetime' },
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...windows),
      fc.integer({ min: noon - 400 * 24 * hour, max: noon }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (window, nowMs, share) => {
        const plan = burnDownPlan(window, nowMs, nowMs - 3 * hour);
        const { now } = plan;
        const startedAtMs = now.fromMs + Math.floor(share * (Math.min(now.toMs, nowMs) - now.fromMs));
        const index = bucketOf(now, plan, startedAtMs, undefined)!;
        assert.ok(index >= 0 && index < bucketsOf(now));
        const charged = Array(bucketsOf(now)).fill(0);
        charged[index] = 3;
        const line = lineOf(now, charged, now.toMs, plan.rollingMs);
        for (const [at, point] of line.entries()) assert.ok(point.atMs > (line[at - 1]?.atMs ?? -1));
        if (plan.rollingMs === undefined) assert.equal(line.at(-1)!.used, 3);
      },
    ),
  );
});
