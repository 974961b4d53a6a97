import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type KeyTerms, termsOfMetadata } from '../config/key-terms.ts';
import { compileKeyTerms, compileModelTerms, matchesModel } from './key-terms.ts';
import type { CompiledPolicy, PolicyContext } from './policy.ts';

const now = Date.UTC(2026, 10, 25);

function refusalOf(policy: CompiledPolicy, terms: Partial<KeyTerms> | undefined, fields: object = {}) {
  const context = {
    nowMs: now,
    route: 'ns/claude',
    source: '10.1.2.3',
    identity: { id: 'VirtualKey/ns/mike', metadata: {}, labels: {} },
    terms: terms === undefined ? undefined : { ...termsOfMetadata({}), ...terms },
    llm: { model: 'claude-sonnet-5' },
    decisions: [],
    ...fields,
  } as unknown as PolicyContext;
  const plan = policy.plan(context);
  return 'refusal' in plan ? plan.refusal : undefined;
}

const general = compileKeyTerms();
const models = compileModelTerms();

const cases: [what: string, terms: Partial<KeyTerms>, fields: object, code: string | undefined][] = [
  ['no terms at all', {}, {}, undefined],
  ['disabled', { disabled: true }, {}, 'key_disabled'],
  [
    'disabled comes before all else',
    { disabled: true, expiresAtMs: 0, allowedRoutes: ['x'] },
    {},
    'key_disabled',
  ],
  ['the last moment', { expiresAtMs: now + 1 }, {}, undefined],
  ['the moment it expires', { expiresAtMs: now }, {}, 'key_expired'],
  ['a route of several', { allowedRoutes: ['ns/other', 'ns/claude'] }, {}, undefined],
  ['another route', { allowedRoutes: ['ns/other'] }, {}, 'route_not_allowed'],
  ['a route of that name elsewhere', { allowedRoutes: ['claude'] }, {}, 'route_not_allowed'],
  ['no route', { allowedRoutes: ['ns/claude'] }, { route: undefined }, 'route_not_allowed'],
  ['a block of several', { allowedCidrs: ['192.168.0.0/16', '10.0.0.0/8'] }, {}, undefined],
  ['outside', { allowedCidrs: ['10.1.2.4/32'] }, {}, 'address_not_allowed'],
  [
    'IPv4 as a dual-stack socket tells it',
    { allowedCidrs: ['10.0.0.0/8'] },
    { source: '::ffff:10.1.2.3' },
    undefined,
  ],
  ['IPv6', { allowedCidrs: ['2001:db8::/32'] }, { source: '2001:db8::1' }, undefined],
  ['IPv6 outside', { allowedCidrs: ['2001:db8::/32'] }, { source: '2001:db9::1' }, 'address_not_allowed'],
  [
    'a block that is none holds nobody',
    { allowedCidrs: ['10.0.0.0/33', '1.2.3/8'] },
    {},
    'address_not_allowed',
  ],
  [
    'an address that is none is outside',
    { allowedCidrs: ['0.0.0.0/0', '::/0'] },
    { source: '' },
    'address_not_allowed',
  ],
];
for (const [what, terms, fields, code] of cases)
  test(`terms of a key: ${what}`, () => assert.equal(refusalOf(general, terms, fields)?.code, code));

test('who has no key has no terms', () => {
  assert.equal(refusalOf(general, undefined), undefined);
  assert.equal(refusalOf(models, undefined), undefined);
});

test('models: any of the patterns; a model that is not known is none of them', () => {
  const code = (allowedModels: string[], model?: string) =>
    refusalOf(models, { allowedModels }, { llm: { model } })?.code;
  assert.equal(code([], 'gpt-5'), undefined);
  assert.equal(code(['gpt-*', 'claude-*'], 'claude-sonnet-5'), undefined);
  assert.equal(code(['gpt-*'], 'claude-sonnet-5'), 'model_not_allowed');
  assert.equal(code(['gpt-*']), 'model_not_allowed');
  assert.equal(code(['*']), undefined);
});

test('a refusal names the key as people know it, and what would be allowed', () => {
  const refusal = refusalOf(models, { display: 'tg_…x9Qz', allowedModels: ['gpt-*'] });
  assert.match(refusal!.detail!, /the key tg_…x9Qz may not use model "claude-sonnet-5"; it may use: gpt-\*/);
  assert.deepEqual(refusal!.details, { allowed_models: ['gpt-*'] });
  assert.match(refusalOf(general, { disabled: true })!.detail!, /VirtualKey\/ns\/mike/);
});

test('patterns: `*` stands for any characters, all else for itself', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '*'), maxLength: 8 });
  const model = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 12 });
  fc.assert(
    fc.property(text, model, (pattern, name) => {
      const escaped = pattern.replace(/[.-]/g, '\\$&').replaceAll('*', '.*');
      assert.equal(matchesModel(pattern, name), new RegExp(`^${escaped}$`).test(name), `${pattern} ${name}`);
    }),
    { numRuns: 2_000 },
  );
});
