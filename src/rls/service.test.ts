import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RateLimitDescriptor, RateLimitRequest, RateLimitResponse } from '../core/ratelimit/model.ts';
import { defaultRateLimitOptions, type RateLimitOptions } from '../core/ratelimit/options.ts';
import { parseRateLimitConfig } from '../core/ratelimit/parse.ts';
import { OverLimitMemory } from './over-limit-memory.ts';
import { createEmbeddedRateLimitService } from './service.ts';

const now = 1_000_000;

/** A service over counters in a map; `calls` is how often the store was asked. */
function serviceOf(yaml: string, options: Partial<RateLimitOptions> = {}, memory?: OverLimitMemory) {
  const counters = new Map<string, number>();
  const told: Record<string, number> = {};
  const count = (name: string, by = 1) => {
    told[name] = (told[name] ?? 0) + by;
  };
  let config = read(yaml);
  let calls = 0;
  const service = createEmbeddedRateLimitService({
    config: () => config,
    nowSeconds: () => now,
    options: { ...defaultRateLimitOptions, ...options },
    ...(memory && { memory }),
    statistics: {
      rule: (path, statistic, hits) => count(`${path} ${statistic}`, hits),
      domainNotFound: (domain, descriptors) => count(`${domain} not found`, descriptors),
      serviceError: () => count('service_error'),
      storeError: () => count('redis_error'),
      globalShadowMode: () => count('global_shadow_mode'),
    },
    counters: {
      add: (increments) => {
        calls++;
        return increments.map(({ key, windowStart, add }) => {
          const id = `${key}${windowStart}`;
          counters.set(id, Math.max(0, (counters.get(id) ?? 0) + add));
          return counters.get(id)!;
        });
      },
      list: () => [],
      reset: () => 0,
    },
  });
  return {
    ask: (descriptors: RateLimitDescriptor[], rest: Partial<RateLimitRequest> = {}) =>
      service.shouldRateLimit({ domain: 'd', descriptors, ...rest }) as RateLimitResponse,
    load: (text: string) => {
      config = read(text);
    },
    calls: () => calls,
    counters,
    told,
  };
}

function read(yaml: string) {
  const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  return parsed.config;
}

const one = (key: string, value: string, extra: Partial<RateLimitDescriptor> = {}): RateLimitDescriptor => ({
  entries: [{ key, value }],
  ...extra,
});
const limit = (requests: number, more = '') =>
  `rate_limit: {unit: day, requests_per_unit: ${requests}${more && `, ${more}`}}`;

test('hits: request, descriptor, zero, refund; the counter key has the layout of the original', () => {
  const { ask, counters } = serviceOf(`domain: d\ndescriptors: [{key: k, ${limit(10)}}]`);
  const remaining = (descriptor: RateLimitDescriptor, hitsAddend?: number) =>
    ask([descriptor], hitsAddend === undefined ? {} : { hitsAddend }).statuses[0]!.limitRemaining;
  assert.equal(remaining(one('k', '')), 9);
  assert.equal(remaining(one('k', ''), 0), 8);
  assert.equal(remaining(one('k', ''), 2), 6);
  assert.equal(remaining(one('k', '', { hitsAddend: 3 }), 2), 3);
  assert.equal(remaining(one('k', '', { hitsAddend: 0 }), 2), 3);
  assert.equal(remaining(one('k', '', { isNegativeHits: true }), 2), 5);
  assert.equal(remaining(one('k', '', { hitsAddend: 99, isNegativeHits: true })), 10);
  assert.deepEqual([...counters.keys()], [`d_k__${now - (now % 86_400)}`]);
});

test('the crossing call is refused and counted; the same descriptor twice counts twice, in order', () => {
  const { ask } = serviceOf(`domain: d\ndescriptors: [{key: k, ${limit(10)}}, {key: other, ${limit(10)}}]`);
  const codes = (response: RateLimitResponse) => response.statuses.map(({ code }) => code).join();
  assert.equal(codes(ask([one('k', 'a')], { hitsAddend: 9 })), 'OK');
  assert.equal(codes(ask([one('k', 'a'), one('k', 'a'), one('other', 'x')])), 'OK,OVER_LIMIT,OK');
  assert.equal(codes(ask([one('k', 'a', { hitsAddend: 0 })])), 'OVER_LIMIT');
  assert.equal(ask([one('other', 'x')]).statuses[0]!.limitRemaining, 8);
});

test('response headers: the least left, first on ties; the last plain one that is over', () => {
  const yaml = `domain: d
descriptors:
- {key: a, ${limit(5)}}
- {key: b, ${limit(3)}}
- {key: c, ${limit(3)}}
- {key: z1, ${limit(0)}}
- {key: z2, ${limit(0)}}
- {key: q, ${limit(0)}, quota_mode: true}
- {key: free, rate_limit: {unlimited: true}}
`;
  const responseHeaders = {
    limit: 'RateLimit-Limit',
    remaining: 'RateLimit-Remaining',
    reset: 'RateLimit-Reset',
  };
  const { ask } = serviceOf(yaml, { responseHeaders });
  const reset = String(86_400 - (now % 86_400));
  const told = (...keys: string[]) =>
    ask(keys.map((key) => one(key, 'x', { hitsAddend: 1 }))).responseHeadersToAdd.map(({ value }) => value);
  assert.deepEqual(told('a', 'b', 'c'), ['3', '2', reset]);
  assert.deepEqual(told('z1', 'a', 'z2', 'a'), ['0', '0', reset]);
  assert.deepEqual(told('q', 'a'), ['0', '0', reset]);
  assert.deepEqual(told('free', 'none'), []);
  assert.deepEqual(
    ask([one('a', 'y')]).responseHeadersToAdd.map(({ key }) => key),
    ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
  );
  assert.deepEqual(serviceOf(yaml).ask([one('a', 'y')]).responseHeadersToAdd, []);
});

test('quota: refused only together; unlimited is left out; global quota and shadow mode', () => {
  const yaml = `domain: d
descriptors:
- {key: full, ${limit(0)}, quota_mode: true}
- {key: free, ${limit(9)}, quota_mode: true}
- {key: plain, ${limit(0)}}
- {key: un, rate_limit: {unlimited: true}}
- {key: shadow, ${limit(0)}, shadow_mode: true, quota_mode: true}
`;
  const overall = (options: Partial<RateLimitOptions>, ...keys: string[]) =>
    serviceOf(yaml, options).ask(keys.map((key) => one(key, 'x'))).overallCode;
  assert.equal(overall({}, 'full', 'free'), 'OK');
  assert.equal(overall({}, 'full'), 'OVER_LIMIT');
  assert.equal(overall({}, 'full', 'un'), 'OVER_LIMIT');
  assert.equal(overall({}, 'full', 'unmatched'), 'OVER_LIMIT');
  assert.equal(overall({}, 'full', 'shadow'), 'OK');
  assert.equal(overall({}, 'free', 'plain'), 'OVER_LIMIT');
  assert.equal(overall({ globalQuotaMode: true }, 'plain', 'unmatched'), 'OK');
  assert.equal(overall({ globalQuotaMode: true }, 'plain'), 'OVER_LIMIT');
  const shadow = serviceOf(yaml, { globalShadowMode: true });
  const answer = shadow.ask([one('plain', 'x')]);
  assert.deepEqual([answer.overallCode, answer.statuses[0]!.code], ['OK', 'OVER_LIMIT']);
  assert.equal(shadow.told['global_shadow_mode'], 1);
});

test('replaces: also by shadow, unlimited and replaced rules; two of each other drop both; nothing is counted', () => {
  const yaml = `domain: d
descriptors:
- {key: old, ${limit(0, 'name: old')}}
- {key: shadow, ${limit(9, 'replaces: [{name: old}]')}, shadow_mode: true}
- {key: un, rate_limit: {unlimited: true, name: un, replaces: [{name: old}]}}
- {key: x, ${limit(0, 'name: x, replaces: [{name: y}]')}}
- {key: y, ${limit(0, 'name: y, replaces: [{name: x}]')}}
`;
  for (const keys of [
    ['old', 'shadow'],
    ['un', 'old'],
    ['x', 'y'],
  ]) {
    const { ask } = serviceOf(yaml);
    assert.equal(ask(keys.map((key) => one(key, 'v'))).overallCode, 'OK', keys.join());
  }
  const { ask, counters } = serviceOf(yaml);
  const [old] = ask([one('old', 'v'), one('shadow', 'v')]).statuses;
  assert.deepEqual(old, { code: 'OK', limitRemaining: 0 });
  assert.equal(counters.size, 1);
});

test('an override wins over everything, shares the counter of its unit, and needs only the domain', () => {
  const { ask, told } = serviceOf(`domain: d
descriptors:
- {key: k, ${limit(10, 'name: n')}}
- {key: un, rate_limit: {unlimited: true}}
- {key: s, ${limit(0)}, shadow_mode: true}
`);
  const limitOverride = { requestsPerUnit: 1, unit: 'day' as const };
  ask([one('k', 'a')]);
  const [status] = ask([one('k', 'a', { limitOverride })]).statuses;
  assert.equal(status!.code, 'OVER_LIMIT');
  assert.deepEqual(status!.currentLimit, { ...limitOverride, name: '' });
  assert.equal(ask([one('k', 'a')]).statuses[0]!.limitRemaining, 7);
  const zero = { requestsPerUnit: 0, unit: 'week' as const };
  for (const key of ['un', 's', 'unmatched'])
    assert.equal(ask([one(key, 'a', { limitOverride: zero })]).overallCode, 'OVER_LIMIT', key);
  assert.equal(ask([{ entries: [], limitOverride: zero }]).overallCode, 'OVER_LIMIT');
  assert.equal(ask([one('k', 'a', { limitOverride: zero })], { domain: 'other' }).overallCode, 'OK');
  assert.equal(told['other not found'], 1);
});

test('dynamic metadata: the call, and what passed; the configuration is not changed by it', () => {
  const yaml = `domain: d
descriptors:
- {key: a, ${limit(9)}, metadata: {who: a, deep: {p: 1}}}
- {key: b, ${limit(9)}, metadata: {who: b, deep: {q: 2}}}
- {key: over, ${limit(0)}, metadata: {never: true}}
- {key: v, value_to_metric: true, ${limit(9)}, metadata: {lost: true}}
`;
  const { ask } = serviceOf(yaml, { dynamicMetadata: true });
  const limitOverride = { requestsPerUnit: 5, unit: 'minute' as const };
  const answer = ask(
    [
      one('a', '1'),
      one('b', '2'),
      one('over', '3', { hitsAddend: 4 }),
      one('z', '', { limitOverride }),
      one('v', '5'),
    ],
    { hitsAddend: 2 },
  );
  assert.deepEqual(answer.dynamicMetadata, {
    domain: 'd',
    hitsAddend: 2,
    descriptors: [
      { entries: ['a=1'] },
      { entries: ['b=2'] },
      { entries: ['over=3'], hitsAddend: 4 },
      { entries: ['z='], limit: 'requests_per_unit:5 unit:MINUTE' },
      { entries: ['v=5'] },
    ],
    metadata: { who: 'a', deep: { p: 1, q: 2 } },
  });
  assert.deepEqual(ask([one('a', '1')]).dynamicMetadata!['metadata'], { who: 'a', deep: { p: 1 } });
  assert.equal('dynamicMetadata' in serviceOf(yaml).ask([one('a', '1')]), false);
});

test('stopping increments: only what would be over is counted, refunds always', () => {
  const yaml = `domain: d\ndescriptors: [{key: a, ${limit(1)}}, {key: b, ${limit(9)}}]`;
  const { ask } = serviceOf(yaml, { stopIncrementWhenOver: true });
  ask([one('a', 'x')]);
  const answer = ask([one('a', 'x'), one('b', 'x')]);
  assert.deepEqual(
    answer.statuses.map(({ code, limitRemaining }) => [code, limitRemaining]),
    [
      ['OVER_LIMIT', 0],
      ['OK', 9],
    ],
  );
  ask([one('b', 'x')], { hitsAddend: 5 });
  const refunded = ask([one('a', 'x'), one('b', 'x', { isNegativeHits: true, hitsAddend: 2 })]);
  assert.equal(refunded.statuses[1]!.limitRemaining, 6);
});

test('the memory of over-limit counters: no store, no count; a raised limit and a refund hold at once', () => {
  const yaml = (requests: number) => `domain: d\ndescriptors: [{key: k, ${limit(requests)}}]`;
  const memory = new OverLimitMemory(1_000);
  const { ask, calls, load, counters, told } = serviceOf(yaml(1), {}, memory);
  ask([one('k', 'a')], { hitsAddend: 2 });
  assert.equal(ask([one('k', 'a')]).overallCode, 'OVER_LIMIT');
  assert.equal(calls(), 1);
  assert.equal(told['d.k over_limit_with_local_cache'], 1);
  load(yaml(5));
  assert.equal(ask([one('k', 'a')]).statuses[0]!.limitRemaining, 2);
  load(yaml(1));
  ask([one('k', 'a')]);
  ask([one('k', 'a', { isNegativeHits: true, hitsAddend: 9 })]);
  assert.equal(ask([one('k', 'a')]).overallCode, 'OK');
  for (let n = 0; n < 500; n++) ask([one('k', `v${n}`)], { hitsAddend: 2 });
  assert.ok(memory.size < 10, `${memory.size} entries`);
  assert.equal(counters.size, 501);
});

test('errors carry the texts of the original and are counted', () => {
  const { ask, told } = serviceOf('domain: d');
  assert.throws(() => ask([one('k', '')], { domain: '' }), {
    message: 'rate limit domain must not be empty',
  });
  assert.throws(() => ask([]), { message: 'rate limit descriptor list must not be empty' });
  assert.equal(told['service_error'], 2);
});
