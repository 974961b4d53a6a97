import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GlobalLimit, LocalLimit } from '../config/snapshot.ts';
import { noUsage } from '../llm/usage.ts';
import { compileGlobalRateLimit } from './global-rate-limit.ts';
import { compileLocalRateLimit } from './local-rate-limit.ts';
import type { CompiledPolicy, Operation, PolicyContext } from './policy.ts';

const contextOf = (variables: Record<string, unknown>): PolicyContext => ({
  request: { method: 'POST', host: 'gw', path: '/', query: '', headers: {}, authorizationHeaders: 0 },
  variables,
  nowMs: 0,
  source: '127.0.0.1',
  switchedBy: new Set(),
  decisions: [],
});
const local = (extra: Partial<LocalLimit> = {}): LocalLimit => ({
  bucket: 'ns/p/0/0',
  counts: 'Requests',
  limit: 2,
  burst: 1,
  unitSeconds: 60,
  ...extra,
});
const global = (extra: Partial<GlobalLimit> = {}): GlobalLimit => ({
  domain: 'd',
  service: { type: 'embedded' },
  failureMode: 'FailClosed',
  descriptors: [{ entries: [{ name: 'who', expression: 'apiKey.who' }], counts: 'Tokens' }],
  ...extra,
});

function planned(policy: CompiledPolicy, context: PolicyContext): Operation[] {
  const plan = policy.plan(context);
  assert.ok('operations' in plan, JSON.stringify(plan));
  return plan.operations;
}
const refusalOf = (policy: CompiledPolicy, context: PolicyContext) => {
  const plan = policy.plan(context);
  return 'refusal' in plan ? plan.refusal.code : undefined;
};
const bucketsOf = (operations: readonly Operation[]) =>
  operations.map((operation) => operation.kind === 'take' && operation.bucket);

test('local limits by key: a bucket for each value; a key without a value refuses', () => {
  const policy = compileLocalRateLimit({
    policy: 'ns/p',
    entries: [{ value: [local({ keyExpression: 'apiKey.user_id' }), local({ bucket: 'ns/p/0/1' })] }],
  });
  for (const [user, bucket] of [
    ['mike', 'ns/p/0/0/mike'],
    [7n, 'ns/p/0/0/7'],
    [true, 'ns/p/0/0/true'],
  ] as const)
    assert.deepEqual(bucketsOf(planned(policy, contextOf({ apiKey: { user_id: user } }))), [
      bucket,
      'ns/p/0/1',
    ]);
  for (const apiKey of [{}, { user_id: ['a'] }, { user_id: null }])
    assert.equal(refusalOf(policy, contextOf({ apiKey })), 'rate_limit_unavailable');
  const broken = compileLocalRateLimit({
    policy: 'ns/p',
    entries: [{ value: [local({ keyExpression: 'apiKey.(' })] }],
  });
  assert.equal(refusalOf(broken, contextOf({ apiKey: {} })), 'rate_limit_unavailable');
});

test('local token limits: checked on the way in, charged to the same bucket at the end', () => {
  const policy = compileLocalRateLimit({
    policy: 'ns/p',
    entries: [{ value: [local({ counts: 'Tokens', keyExpression: 'llm.model' })] }],
  });
  const context = contextOf({ llm: { model: 'asked' } });
  const [check] = planned(policy, context);
  assert.ok(check?.kind === 'take');
  assert.deepEqual([check.check, check.bucket], [true, 'ns/p/0/0/asked']);
  context.variables['llm'] = { model: 'served' };
  const [charge] = policy.settle!(context, { ...noUsage, inputTokens: 3, outputTokens: 4 });
  assert.ok(charge?.kind === 'take');
  assert.deepEqual([charge.bucket, charge.amount, charge.check], ['ns/p/0/0/asked', 7, false]);
  assert.deepEqual(policy.settle!(contextOf({}), noUsage), [], 'nothing was checked');
});

test('conditional: the first that holds; an error is false; the choice stands for the whole request', () => {
  const policy = compileLocalRateLimit({
    policy: 'ns/p',
    entries: [
      { condition: "llm.model == 'small'", value: [local({ bucket: 'small', counts: 'Tokens' })] },
      { condition: 'apiKey.field', value: [local({ bucket: 'never' })] },
      { value: [local({ bucket: 'rest', counts: 'Tokens' })] },
    ],
  });
  const context = contextOf({ llm: { model: 'small' }, apiKey: {} });
  assert.deepEqual(bucketsOf(planned(policy, context)), ['small']);
  context.variables['llm'] = { model: 'large' };
  assert.deepEqual(bucketsOf(policy.settle!(context, { ...noUsage, inputTokens: 1 })), ['small']);
  assert.deepEqual(bucketsOf(planned(policy, contextOf({ llm: { model: 'large' }, apiKey: {} }))), ['rest']);
});

test('global limits charge the descriptors that were checked, with their override', () => {
  const limitOverrideExpression = "{'unit': 'hour', 'requestsPerUnit': apiKey.limit}";
  const [policy] = compileGlobalRateLimit({
    policy: 'ns/p',
    entries: [
      {
        condition: 'apiKey.on',
        value: global({
          descriptors: [
            {
              entries: [{ name: 'who', expression: 'apiKey.who' }],
              counts: 'Tokens',
              limitOverrideExpression,
            },
          ],
        }),
      },
    ],
  });
  const context = contextOf({ apiKey: { on: true, who: 'mike', limit: 7n } });
  planned(policy!, context);
  context.variables['apiKey'] = { on: false, who: 'anna', limit: 1n };
  const [charged] = policy!.settle!(context, { ...noUsage, outputTokens: 9 });
  assert.ok(charged?.kind === 'rate-limit');
  assert.deepEqual(charged.request.descriptors, [
    {
      entries: [{ key: 'who', value: 'mike' }],
      hitsAddend: 9,
      limitOverride: { unit: 'hour', requestsPerUnit: 7 },
    },
  ]);
});

test('an override that is none refuses, also where an absent service would let through', () => {
  for (const expression of [
    "{'unit': 'hour', 'requestsPerUnit': 4294967296}",
    "{'unit': 'hour', 'requestsPerUnit': -1}",
    "{'unit': 'hour', 'requestsPerUnit': 1.5}",
    "{'unit': 'unknown', 'requestsPerUnit': 1}",
    "{'requestsPerUnit': 1}",
    "'hour'",
    'apiKey.limit',
    'apiKey.(',
  ]) {
    const descriptors = [
      {
        entries: [{ name: 'who', expression: 'apiKey.who' }],
        counts: 'Requests' as const,
        limitOverrideExpression: expression,
      },
    ];
    const [policy] = compileGlobalRateLimit({
      policy: 'ns/p',
      entries: [{ value: global({ failureMode: 'FailOpen', descriptors }) }],
    });
    assert.equal(
      refusalOf(policy!, contextOf({ apiKey: { who: 'mike' } })),
      'rate_limit_unavailable',
      expression,
    );
  }
});

test('a cost that is no whole number from 0 charges the tokens: nothing used is free', () => {
  const charged = (costExpression: string) => {
    const descriptors = [
      { entries: [{ name: 'who', expression: 'apiKey.who' }], counts: 'Tokens' as const, costExpression },
    ];
    const [policy] = compileGlobalRateLimit({
      policy: 'ns/p',
      entries: [{ value: global({ descriptors }) }],
    });
    const context = contextOf({ apiKey: { who: 'mike' } });
    planned(policy!, context);
    const [operation] = policy!.settle!(context, { ...noUsage, inputTokens: 5, outputTokens: 5 });
    return operation?.kind === 'rate-limit' ? operation.request.descriptors[0]!.hitsAddend : 0;
  };
  assert.equal(charged('3'), 3);
  assert.equal(charged('0'), 0);
  assert.equal(charged('-3'), 10);
  assert.equal(charged('1.5'), 10);
  assert.equal(charged("'much'"), 10);
  assert.equal(charged('apiKey.cost'), 10);
});
