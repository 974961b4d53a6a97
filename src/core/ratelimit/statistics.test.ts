import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRateLimitOptions } from './options.ts';
import { countStatistics } from './statistics.ts';

function counted(
  limit: number,
  value: number,
  hits: number,
  extra: { shadowMode?: boolean; knownValue?: number; unlimited?: boolean } = {},
) {
  const told: Record<string, number> = {};
  const { shadowMode = false, knownValue, unlimited = false } = extra;
  const isCounted = knownValue === undefined && !unlimited;
  const rule = { requestsPerUnit: limit, unit: 'day' as const, unlimited, name: '', replaces: [] };
  const planned = {
    limit: rule,
    shadowMode,
    quotaMode: false,
    hits,
    metricPath: 'd.k',
    isDynamicPath: false,
    ...(isCounted && { counter: 0 }),
    ...(knownValue !== undefined && { knownValue }),
  };
  const plan = { nowSeconds: 0, descriptors: [planned], increments: [], domainFound: true };
  countStatistics(plan, [value], defaultRateLimitOptions, {
    rule: (_, statistic, amount) => {
      told[statistic] = (told[statistic] ?? 0) + amount;
    },
    domainNotFound: () => assert.fail(),
  });
  return told;
}

test('amounts are hits, split where an addend crosses the near threshold or the limit', () => {
  assert.deepEqual(counted(10, 5, 5), { total_hits: 5, within_limit: 5 });
  assert.deepEqual(counted(10, 9, 3), { total_hits: 3, near_limit: 1, within_limit: 3 });
  assert.deepEqual(counted(10, 10, 1), { total_hits: 1, near_limit: 1, within_limit: 1 });
  assert.deepEqual(counted(10, 13, 5), { total_hits: 5, over_limit: 3, near_limit: 2 });
  assert.deepEqual(counted(10, 20, 15), { total_hits: 15, over_limit: 10, near_limit: 2 });
  assert.deepEqual(counted(10, 14, 1), { total_hits: 1, over_limit: 1 });
  assert.deepEqual(counted(10, 10, 0), {});
});

test('shadow mode, the memory of over-limit counters, refunds, unlimited', () => {
  assert.deepEqual(counted(10, 13, 5, { shadowMode: true }), {
    total_hits: 5,
    over_limit: 3,
    near_limit: 2,
    shadow_mode: 3,
  });
  assert.deepEqual(counted(10, 0, 4, { knownValue: 11 }), {
    total_hits: 4,
    over_limit: 4,
    over_limit_with_local_cache: 4,
  });
  assert.deepEqual(counted(10, 20, -4), { total_negative_hits: 4 });
  assert.deepEqual(counted(10, 0, 4, { unlimited: true }), {});
});
