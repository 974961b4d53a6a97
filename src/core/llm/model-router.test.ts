import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderTarget } from '../config/snapshot.ts';
import { modelFor } from './enrich.ts';
import { askedModel, routesByModel, targetFor } from './model-router.ts';
import { configuredModels } from './models.ts';

const target = (asked: string | undefined, more: Partial<ProviderTarget> = {}) =>
  ({
    name: `t ${asked}`,
    provider: 'openai',
    modelAliases: {},
    ...(asked !== undefined && { asked }),
    ...more,
  }) as ProviderTarget;
const targets = ['*', 'gpt-*', 'gpt-5-*', '*-mini', 'gpt-5'].map((asked) => target(asked));

test('the exact name, then the longest pattern, decides; * takes the rest', () => {
  for (const [asked, found] of [
    ['gpt-5', 'gpt-5'],
    ['gpt-5-mini', 'gpt-5-*'],
    ['gpt-4', 'gpt-*'],
    ['o4-mini', '*-mini'],
    ['claude', '*'],
    ['', '*'],
  ] as const)
    assert.equal(targetFor(targets, asked)?.asked, found, asked);
  assert.equal(targetFor([target('gpt-5')], 'other'), undefined);
  assert.equal(routesByModel(targets), true);
  assert.equal(routesByModel([target(undefined)]), false);
});

test('the model is in the body, or for Gemini in the path', () => {
  assert.equal(askedModel('Completions', '/v1/chat/completions', '{"a":{"model":"x"},"model":"m"}'), 'm');
  assert.equal(askedModel('Completions', '/', '{"model":5}'), undefined);
  assert.equal(askedModel('Messages', '/', '{'), undefined);
  assert.equal(askedModel('Messages', '/', 'null'), undefined);
  const path = '/v1beta/models/gemini%2Dpro:generateContent';
  assert.equal(askedModel('GenerateContent', path, '{"model":"other"}'), 'gemini-pro');
  assert.equal(askedModel('GenerateContent', '/v1beta/models/%ZZ:generateContent', ''), undefined);
});

test('what is called may be another model, or the name without its prefix; names are listed, patterns not', () => {
  assert.equal(modelFor(target('a/*', { stripModelPrefix: 'a/' }), 'a/gemma3'), 'gemma3');
  assert.equal(modelFor(target('*', { stripModelPrefix: 'a/' }), 'gemma3'), 'gemma3');
  assert.equal(modelFor(target('smart', { model: 'gpt-5.5' }), 'smart'), 'gpt-5.5');
  assert.deepEqual(configuredModels([target('gpt-*'), target('smart', { model: 'gpt-5.5' })]), [
    { id: 'smart', serves: 'smart', provider: 'openai' },
  ]);
});
