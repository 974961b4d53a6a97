import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileExpression } from '../cel/compile.ts';
import { termsOfMetadata } from '../config/key-terms.ts';
import type { ApiKeyPolicy, GlobalLimit, TrafficPolicy } from '../config/snapshot.ts';
import { noUsage } from '../llm/usage.ts';
import type { RateLimitResponse } from '../ratelimit/model.ts';
import { compileApiKey } from './api-key.ts';
import { compileAuthorization } from './authorization.ts';
import { compileGlobalRateLimit } from './global-rate-limit.ts';
import { compileLocalRateLimit } from './local-rate-limit.ts';
import { compilePolicies } from './order.ts';
import type { PolicyContext } from './policy.ts';

const context = (
  headers: Record<string, string> = {},
  apiKey: Record<string, unknown> = {},
): PolicyContext => ({
  request: {
    method: 'POST',
    host: 'gw',
    path: '/a',
    query: 'key=from-query',
    headers,
    authorizationHeaders: headers['authorization'] === undefined ? 0 : 1,
  },
  variables: { apiKey, request: { path: '/a', headers } },
  nowMs: 0,
  source: '127.0.0.1',
  switchedBy: new Set(),
  decisions: [],
});

const apiKey = (extra: Partial<ApiKeyPolicy> = {}) =>
  compileApiKey({ policy: 'ns/p', mode: 'Strict', keySets: ['s'], ...extra });

test('api key: where it is looked for', () => {
  const cases: [Record<string, string>, Partial<ApiKeyPolicy>, string | undefined][] = [
    [{ authorization: 'Bearer k' }, {}, 'k'],
    [{ authorization: 'bearer k' }, {}, 'k'],
    [{ authorization: 'k' }, {}, undefined],
    [{ authorization: 'Basic k' }, {}, undefined],
    [{ authorization: 'Bearer ' }, {}, undefined],
    [{ 'x-api-key': 'k' }, {}, 'k'],
    [{ 'api-key': 'k' }, {}, 'k'],
    [{ 'x-goog-api-key': 'k' }, {}, 'k'],
    [{ authorization: 'Basic k', 'x-api-key': 'k' }, {}, undefined],
    [
      { 'x-api-key': 'k' },
      { location: { type: 'header', name: 'Authorization', prefix: 'Bearer ' } },
      undefined,
    ],
    [{ 'X-Key': 'k', 'x-key': 'k' }, { location: { type: 'header', name: 'X-Key', prefix: '' } }, 'k'],
    [{}, { location: { type: 'queryParameter', name: 'key' } }, 'from-query'],
    [{ cookie: 'a=b; key=k' }, { location: { type: 'cookie', name: 'key' } }, 'k'],
    [{ 'x-k': 'k' }, { location: { type: 'expression', expression: "request.headers['x-k']" } }, 'k'],
    [{}, { location: { type: 'expression', expression: "request.headers['x-k']" } }, undefined],
  ];
  for (const [headers, extra, expected] of cases) {
    const plan = apiKey(extra).plan(context(headers));
    if (expected === undefined)
      assert.deepEqual(plan, { refusal: { code: 'no_api_key' } }, JSON.stringify(headers));
    else
      assert.deepEqual('operations' in plan && plan.operations[0], {
        kind: 'find-key',
        keySets: ['s'],
        value: expected,
      });
  }
});

test('api key: modes', () => {
  const metadata = { user_id: 'mike' };
  const terms = termsOfMetadata(metadata);
  const known = { kind: 'find-key', key: { id: 'Secret/ns/s/mike', metadata, terms } } as const;
  const unknown = { kind: 'find-key' } as const;
  const withKey = context({ authorization: 'Bearer k' });
  assert.equal(apiKey().apply(withKey, [known]), undefined);
  const labels = { user_id: 'mike' };
  assert.deepEqual(withKey.identity, { id: 'Secret/ns/s/mike', metadata, user: 'mike', labels });
  assert.equal(apiKey().apply(context(), [unknown])?.code, 'invalid_api_key');
  assert.equal(apiKey({ mode: 'Optional' }).apply(context(), [unknown])?.code, 'invalid_api_key');
  assert.equal(apiKey({ mode: 'Permissive' }).apply(context(), [unknown]), undefined);
  assert.deepEqual(apiKey({ mode: 'Optional' }).plan(context()), { operations: [] });
  const twice = context({ authorization: 'Bearer k' });
  twice.request.authorizationHeaders = 2;
  const plan = apiKey().plan(twice);
  assert.equal('refusal' in plan && plan.refusal.code, 'invalid_api_key');
});

test('authorization: deny, require, allow; an error never opens', () => {
  const decide = (
    action: 'Allow' | 'Deny' | 'Require',
    expressions: string[],
    key: Record<string, unknown>,
  ) =>
    compileAuthorization([{ policy: 'ns/p', action, expressions }]).apply(context({}, key), []) === undefined;
  assert.equal(decide('Allow', ["apiKey.team == 'a'"], { team: 'a' }), true);
  assert.equal(decide('Allow', ["apiKey.team == 'a'"], {}), false);
  assert.equal(decide('Allow', ["apiKey.team == 'a'", "apiKey.team == 'b'"], { team: 'b' }), true);
  assert.equal(decide('Deny', ["apiKey.team == 'a'"], { team: 'a' }), false);
  assert.equal(decide('Deny', ["apiKey.team == 'a'"], { team: 'b' }), true);
  assert.equal(decide('Deny', ["apiKey.team == 'a'"], {}), false);
  assert.equal(decide('Deny', ['1 +'], {}), false);
  assert.equal(decide('Require', ["apiKey.team == 'a'"], {}), false);
});

const limit = (extra: Partial<GlobalLimit> = {}): GlobalLimit => ({
  domain: 'token-budgets',
  service: { type: 'embedded' },
  failureMode: 'FailClosed',
  descriptors: [{ entries: [{ name: 'user_id', expression: 'apiKey.user_id' }], counts: 'Tokens' }],
  ...extra,
});
const mikeOnly = (value: GlobalLimit) => ({
  policy: 'ns/p',
  entries: [{ condition: "apiKey.user_id == 'mike'", value }],
});
const response = (over: boolean): RateLimitResponse => ({
  overallCode: over ? 'OVER_LIMIT' : 'OK',
  statuses: [
    {
      code: over ? 'OVER_LIMIT' : 'OK',
      currentLimit: { requestsPerUnit: 100, unit: 'day', name: '' },
      limitRemaining: over ? 0 : 100,
      durationUntilResetSeconds: 30,
    },
  ],
  responseHeadersToAdd: [],
});

test("global rate limit: the walkthrough's policy checks with 0 and charges what was used", () => {
  const [policy] = compileGlobalRateLimit(mikeOnly(limit()));
  const mike = context({}, { user_id: 'mike' });
  const request = (hitsAddend: number) => ({
    domain: 'token-budgets',
    descriptors: [{ entries: [{ key: 'user_id', value: 'mike' }], hitsAddend }],
  });
  const target = { type: 'embedded' };
  assert.equal(policy!.phase, 'llm');
  assert.deepEqual(policy!.plan(mike), { operations: [{ kind: 'rate-limit', target, request: request(0) }] });
  assert.equal(policy!.apply(mike, [{ kind: 'rate-limit', response: response(false) }]), undefined);
  assert.deepEqual(mike.limit, { limit: 100, remaining: 100, resetSeconds: 30 });
  const charged = policy!.settle!(mike, { ...noUsage, inputTokens: 40, outputTokens: 80 });
  assert.deepEqual(charged, [{ kind: 'rate-limit', target, request: request(120) }]);
  assert.deepEqual(policy!.apply(mike, [{ kind: 'rate-limit', response: response(true) }]), {
    code: 'rate_limited',
    headers: { 'retry-after': '30' },
  });
});

test('global rate limit: others and keys without metadata skip it; a failing descriptor refuses; failure modes', () => {
  const [policy] = compileGlobalRateLimit(mikeOnly(limit()));
  assert.deepEqual(policy!.plan(context({}, { user_id: 'anna' })), { operations: [] });
  assert.deepEqual(policy!.plan(context({}, {})), { operations: [] });
  assert.deepEqual(policy!.settle!(context({}, {}), { ...noUsage, inputTokens: 9 }), []);

  const [always] = compileGlobalRateLimit({ policy: 'ns/p', entries: [{ value: limit() }] });
  const failing = always!.plan(context({}, {}));
  assert.equal('refusal' in failing && failing.refusal.code, 'rate_limit_unavailable');

  const mike = context({}, { user_id: 'mike' });
  assert.equal(policy!.apply(mike, [{ kind: 'rate-limit', failed: 'down' }])?.code, 'rate_limit_unavailable');
  const [open] = compileGlobalRateLimit(mikeOnly(limit({ failureMode: 'FailOpen' })));
  assert.equal(open!.apply(mike, [{ kind: 'rate-limit', failed: 'down' }]), undefined);
});

test('global rate limit: cost and limit override expressions; Requests count on the head', () => {
  const entries = [{ name: 'user_id', expression: 'apiKey.user_id' }];
  const spec = limit({
    descriptors: [
      { entries, counts: 'Requests' },
      {
        entries,
        counts: 'Tokens',
        costExpression: 'llm.outputTokens * 2',
        limitOverrideExpression: "{'unit': 'hour', 'requestsPerUnit': 7}",
      },
    ],
  });
  const [requests, tokens] = compileGlobalRateLimit({ policy: 'ns/p', entries: [{ value: spec }] });
  assert.equal(requests!.phase, 'request');
  const mike = context({}, { user_id: 'mike' });
  const plan = requests!.plan(mike);
  const [operation] = 'operations' in plan ? plan.operations : [];
  assert.ok(operation?.kind === 'rate-limit');
  assert.equal(operation.request.descriptors[0]!.hitsAddend, undefined);
  tokens!.plan(mike);
  mike.variables['llm'] = { outputTokens: 80n };
  const [charged] = tokens!.settle!(mike, { ...noUsage, outputTokens: 80 });
  assert.ok(charged?.kind === 'rate-limit');
  assert.equal(charged.request.descriptors[0]!.hitsAddend, 160);
  assert.deepEqual(charged.request.descriptors[0]!.limitOverride, { unit: 'hour', requestsPerUnit: 7 });
  mike.variables['llm'] = {};
  const [fallback] = tokens!.settle!(mike, { ...noUsage, outputTokens: 80 });
  assert.equal(fallback?.kind === 'rate-limit' && fallback.request.descriptors[0]!.hitsAddend, 80);
});

test('local rate limit', () => {
  const base = { bucket: 'b', limit: 2, burst: 0, unitSeconds: 60 };
  const policy = compileLocalRateLimit({
    policy: 'ns/p',
    entries: [
      {
        value: [
          { ...base, counts: 'Requests', keyExpression: 'apiKey.user_id' },
          { ...base, counts: 'Tokens' },
        ],
      },
    ],
  });
  const mike = context({}, { user_id: 'mike' });
  assert.deepEqual(policy.plan(mike), {
    operations: [
      { kind: 'take', ...base, bucket: 'b/mike', amount: 1, check: false },
      { kind: 'take', ...base, amount: 1, check: true },
    ],
  });
  const standing = { limit: 2, remaining: 0, resetSeconds: 9 };
  assert.deepEqual(policy.apply(mike, [{ kind: 'take', allowed: false, standing }]), {
    code: 'local_rate_limited',
    headers: { 'retry-after': '9' },
  });
  const settled = policy.settle!(mike, { ...noUsage, inputTokens: 3, outputTokens: 4 });
  assert.deepEqual(settled, [{ kind: 'take', ...base, amount: 7, check: false }]);
});

test('order: what is broken comes first and refuses', () => {
  const traffic: TrafficPolicy = {
    broken: [{ policy: 'ns/p', message: 'CEL: unexpected end' }],
    apiKey: { policy: 'ns/p', mode: 'Strict', keySets: [] },
    authorization: [],
    budgets: [],
  };
  const [first, second] = compilePolicies(traffic, compileExpression);
  const plan = first!.plan(context());
  assert.equal('refusal' in plan && plan.refusal.code, 'broken_configuration');
  assert.equal(second!.phase, 'request');
});
