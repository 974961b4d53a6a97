import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRateLimit } from './decide.ts';
import { RateLimitIndex } from './match.ts';
import type { RateLimitRequest } from './model.ts';
import { parseRateLimitConfig } from './parse.ts';
import { planRateLimit } from './plan.ts';
import { matches } from './wildcard.ts';

function service(yaml: string) {
  const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  const index = new RateLimitIndex(parsed.config);
  const counters = new Map<string, number>();
  return (request: RateLimitRequest, now = 1_000_000) => {
    const plan = planRateLimit(index, request, now);
    const values = plan.increments.map((i) => {
      const id = `${i.key}${i.windowStart}`;
      counters.set(id, Math.max(0, (counters.get(id) ?? 0) + i.add));
      return counters.get(id)!;
    });
    return { ...decideRateLimit(plan, values), counters };
  };
}
const entries = (...pairs: [string, string][]) => ({
  entries: pairs.map(([key, value]) => ({ key, value })),
});

test('the crossing call is refused only above the limit, a check with 0 at the limit passes', () => {
  const call = service(
    'domain: d\ndescriptors: [{key: u, value: m, rate_limit: {unit: day, requests_per_unit: 100}}]',
  );
  const descriptor = entries(['u', 'm']);
  const with0 = { domain: 'd', descriptors: [{ ...descriptor, hitsAddend: 0 }] };
  assert.equal(call(with0).overallCode, 'OK');
  call({ domain: 'd', descriptors: [{ ...descriptor, hitsAddend: 100 }] });
  assert.equal(call(with0).overallCode, 'OK');
  call({ domain: 'd', descriptors: [{ ...descriptor, hitsAddend: 20 }] });
  const over = call(with0);
  assert.equal(over.overallCode, 'OVER_LIMIT');
  assert.equal(over.statuses[0]!.limitRemaining, 0);
  assert.equal(over.statuses[0]!.durationUntilResetSeconds, 86_400 - (1_000_000 % 86_400));
  assert.equal(call(with0, 1_000_000 + 86_400).overallCode, 'OK');
});

test('exact before wildcard in file order before default, without backtracking', () => {
  const call = service(`domain: d
descriptors:
- {key: p, value: a, descriptors: [{key: q, value: x, rate_limit: {unit: day, requests_per_unit: 1}}]}
- {key: p, value: 'a*', rate_limit: {unit: day, requests_per_unit: 2}}
- {key: p, value: 'ab*', rate_limit: {unit: day, requests_per_unit: 3}}
- {key: p, rate_limit: {unit: day, requests_per_unit: 4}}
`);
  const limit = (...pairs: [string, string][]) =>
    call({ domain: 'd', descriptors: [entries(...pairs)] }).statuses[0]!.currentLimit?.requestsPerUnit;
  assert.equal(limit(['p', 'abc']), 2);
  assert.equal(limit(['p', 'zzz']), 4);
  assert.equal(limit(['p', 'a'], ['q', 'x']), 1);
  assert.equal(limit(['p', 'a']), undefined);
  assert.equal(limit(['p', 'a'], ['q', 'y']), undefined);
  assert.equal(limit(['p', 'zzz'], ['q', 'x']), undefined);
});

test('wildcards', () => {
  const cases: [string, string, boolean][] = [
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*', '', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxc', false],
    ['/v1/*', '/v1/a/b', true],
  ];
  for (const [pattern, text, expected] of cases)
    assert.equal(matches(pattern.split('*'), text), expected, `${pattern} ${text}`);
});

test('shadow counts but passes; unlimited asks nothing; quota refuses only together; replaces drops', () => {
  const call = service(`domain: d
descriptors:
- {key: s, rate_limit: {unit: day, requests_per_unit: 0}, shadow_mode: true}
- {key: u, rate_limit: {unlimited: true}}
- {key: q, value: a, rate_limit: {unit: day, requests_per_unit: 0}, quota_mode: true}
- {key: q, value: b, rate_limit: {unit: day, requests_per_unit: 5}, quota_mode: true}
- {key: r, value: a, rate_limit: {name: old, unit: day, requests_per_unit: 0}}
- {key: r, value: b, rate_limit: {unit: day, requests_per_unit: 9, replaces: [{name: old}]}}
`);
  const run = (...descriptors: [string, string][]) =>
    call({ domain: 'd', descriptors: descriptors.map((pair) => entries(pair)) });
  assert.equal(run(['s', 'x']).overallCode, 'OK');
  assert.equal(run(['u', 'x']).statuses[0]!.limitRemaining, 4_294_967_295);
  const one = run(['q', 'a'], ['q', 'b']);
  assert.equal(one.statuses[0]!.code, 'OVER_LIMIT');
  assert.equal(one.overallCode, 'OK');
  assert.equal(run(['q', 'a']).overallCode, 'OVER_LIMIT');
  assert.equal(run(['r', 'a'], ['r', 'b']).overallCode, 'OK');
  assert.equal(run(['r', 'a']).overallCode, 'OVER_LIMIT');
});

test('share_threshold shares one counter; an override wins; a refund stops at zero', () => {
  const call = service(
    "domain: d\ndescriptors: [{key: f, value: 'docs/*', share_threshold: true, rate_limit: {unit: day, requests_per_unit: 2}}]",
  );
  const run = (value: string, extra = {}) =>
    call({ domain: 'd', descriptors: [{ ...entries(['f', value]), ...extra }] });
  run('docs/a');
  run('docs/b');
  assert.equal(run('docs/c').overallCode, 'OVER_LIMIT');
  assert.equal(run('x', { limitOverride: { requestsPerUnit: 0, unit: 'week' } }).overallCode, 'OVER_LIMIT');
  assert.equal(run('docs/a', { hitsAddend: 100, isNegativeHits: true }).overallCode, 'OK');
  assert.equal(run('docs/a').statuses[0]!.limitRemaining, 1);
});
