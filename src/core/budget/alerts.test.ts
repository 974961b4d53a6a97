import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueAlerts, isOver } from './alerts.ts';
import type { Budget, BudgetWindow } from './model.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 10, 25);

function due(window: BudgetWindow, used: number, nowMs: number, told: string[] = []) {
  const alerts = [50, 90].map((atPercent) => ({ atPercent, webhook: 'finance' }));
  const budget = { name: 'ns/b', window, alerts } as unknown as Budget;
  const resetsAtSeconds = Math.floor(nowMs / dayMs + 1) * 86_400;
  const figures = { unit: 'tokens', limit: 100, used, reserved: 0, remaining: 0, resetsAtSeconds } as const;
  const standings = new Map([['ns/b', [{ group: '', ...figures }]]]);
  return dueAlerts([budget], standings, new Set(told), nowMs).map(({ id }) => id);
}

test('every threshold passed, each once a window', () => {
  const window: BudgetWindow = { type: 'calendar', period: 'Day', timeZone: 'UTC' };
  assert.deepEqual(due(window, 49, startMs), []);
  const first = due(window, 95, startMs);
  assert.equal(first.length, 2);
  assert.deepEqual(due(window, 99, startMs + 1, first), []);
  assert.equal(due(window, 60, startMs + dayMs, first).length, 1);
  assert.equal(isOver(first[0]!, startMs / 1000 + 86_399), false);
  assert.equal(isOver(first[0]!, startMs / 1000 + 86_400), true);
});

test('a rolling window tells once in its length, not at every slice', () => {
  const window: BudgetWindow = { type: 'rolling', seconds: 86_400 };
  const first = due(window, 60, startMs);
  assert.equal(first.length, 1);
  assert.deepEqual(due(window, 60, startMs + dayMs - 1, first), []);
  assert.equal(due(window, 60, startMs + dayMs, first).length, 1);
});
