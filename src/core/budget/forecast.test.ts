import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecastOf } from './forecast.ts';
import type { BudgetWindow } from './model.ts';

const noon = Date.UTC(2026, 10, 25, 12);
const day: BudgetWindow = { type: 'calendar', period: 'Day', timeZone: 'UTC' };
const midnightSeconds = Date.UTC(2026, 10, 26) / 1000;

const standing = (used: number, limit = 1000) => ({
  group: '',
  unit: 'tokens' as const,
  limit,
  used,
  reserved: 0,
  remaining: Math.max(0, limit - used),
  resetsAtSeconds: midnightSeconds,
});

test('a pace that passes the limit before the window ends runs out; a slower one lasts', () => {
  assert.deepEqual(forecastOf(day, standing(600), noon, 0), {
    perDay: 1200,
    runsOutAtMs: Date.UTC(2026, 10, 25, 20),
  });
  assert.deepEqual(forecastOf(day, standing(500), noon, 0), { perDay: 1000 });
  assert.deepEqual(forecastOf(day, standing(1200), noon, 0), { perDay: 2400, runsOutAtMs: noon });
});

test('no pace, no forecast', () => {
  assert.equal(forecastOf(day, standing(0), noon, 0), undefined);
  assert.equal(forecastOf(day, standing(5), Date.UTC(2026, 10, 25, 0, 0, 59), 0), undefined);
  assert.equal(forecastOf({ type: 'lifetime' }, { ...standing(5), unit: 'concurrency' }, noon, 0), undefined);
});

test('rolling windows have a pace; lifetime ones run out when they do, unless that is far', () => {
  assert.deepEqual(forecastOf({ type: 'rolling', seconds: 43_200 }, standing(600), noon, 0), {
    perDay: 1200,
  });
  const ever = { ...standing(600), resetsAtSeconds: 2 ** 40 };
  const since = noon - 6 * 86_400_000;
  assert.deepEqual(forecastOf({ type: 'lifetime' }, ever, noon, since), {
    perDay: 100,
    runsOutAtMs: noon + 4 * 86_400_000,
  });
  const slow = { ...ever, limit: 600_000 };
  assert.deepEqual(forecastOf({ type: 'lifetime' }, slow, noon, since), { perDay: 100 });
});
