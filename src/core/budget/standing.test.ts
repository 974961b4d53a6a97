import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyBudget } from './budget.fixture.ts';
import { heldKey, usedKey } from './counter-keys.ts';
import { standingsOf } from './standing.ts';

const noon = Date.UTC(2026, 10, 25, 12);
const midnight = Date.UTC(2026, 10, 25) / 1000;
const day = 86_400;

const used = (group: string, windowStart: number, value: number) => ({
  key: usedKey({ budget: 'ns/daily', unit: 'tokens', group }),
  windowStart,
  value,
});
const held = (group: string, windowStart: number, value: number) => ({
  key: heldKey({ budget: 'ns/daily', unit: 'tokens', group }),
  windowStart,
  value,
});

test('used and held of this window, fullest first; yesterday and other counters do not count', () => {
  const counters = [
    used('mike', midnight, 100),
    used('anna', midnight, 900),
    held('anna', midnight, 300),
    used('mike', midnight - day, 700),
    { key: 'token-budgets_user_id_mike', windowStart: midnight, value: 5 },
    { key: usedKey({ budget: 'ns/other', unit: 'tokens', group: 'mike' }), windowStart: midnight, value: 5 },
    { key: usedKey({ budget: 'ns/daily', unit: 'usd', group: 'mike' }), windowStart: midnight, value: 5 },
  ];
  const common = { unit: 'tokens', limit: 1_000, resetsAtSeconds: midnight + day };
  assert.deepEqual(standingsOf([dailyBudget()], counters, noon).get('ns/daily'), [
    { group: 'anna', used: 900, reserved: 300, remaining: 0, ...common },
    { group: 'mike', used: 100, reserved: 0, remaining: 900, ...common },
  ]);
});

test('a rolling window adds its slices up; an override changes the limit', () => {
  const window = { type: 'rolling', seconds: 24 * 3600 } as const;
  const overrides = [{ fromMs: noon - 1, toMs: noon + 1, limit: 5_000 }];
  const counters = [
    used('', noon / 1000, 10),
    used('', noon / 1000 - 3600, 20),
    used('', noon / 1000 - 2 * day, 40),
    held('', 0, 7),
  ];
  const [standing] = standingsOf([dailyBudget({ window, overrides })], counters, noon).get('ns/daily')!;
  assert.equal(standing!.used, 30);
  assert.equal(standing!.reserved, 7);
  assert.equal(standing!.limit, 5_000);
});

test('a budget that nobody has drawn on has no counters', () => {
  assert.deepEqual(standingsOf([dailyBudget()], [], noon).get('ns/daily'), []);
});
