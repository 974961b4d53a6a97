import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noUsage } from '../llm/usage.ts';
import { createPrices, lookUp, type PriceCatalog } from './prices.ts';
import { parseRates } from './rates.ts';

const entry = (input: string, extra: object = {}) => ({ rates: { input, output: '10' }, ...extra });
const catalog: PriceCatalog = {
  version: 'v1',
  providers: {
    openai: {
      models: {
        'gpt-5': entry('1'),
        'gpt-5-2026-01-01': entry('2'),
        'ft:gpt-5*': entry('3'),
        'ft:gpt-5-mini*': entry('4'),
        tiered: entry('1', {
          tiers: [
            { contextOver: 100, rates: { input: '2' } },
            { contextOver: 1_000, rates: { input: '4', output: '40' } },
          ],
        }),
        wrong: entry('1 dollar'),
        wrongTier: entry('1', { tiers: [{ contextOver: 1, rates: { output: '?' } }] }),
      },
    },
    azure: { models: { 'gpt-5': entry('7') } },
  },
};
const prices = createPrices(catalog);
const inputPrice = (provider: string, model: string) => lookUp(catalog, provider, model)?.rates.input;

test('a model is found exactly, then without its date, then by the longest wildcard', () => {
  const cases: [model: string, input: string | undefined][] = [
    ['gpt-5', '1'],
    ['gpt-5-2026-01-01', '2'],
    ['gpt-5-2025-08-07', '1'],
    ['gpt-5-latest', '1'],
    ['ft:gpt-5:acme::1', '3'],
    ['ft:gpt-5-mini:acme::1', '4'],
    ['gpt-6', undefined],
    ['constructor', undefined],
    ['', undefined],
  ];
  for (const [model, input] of cases) assert.equal(inputPrice('openai', model), input, model);
  assert.equal(inputPrice('azureopenai', 'gpt-5'), '7');
  assert.equal(inputPrice('nobody', 'gpt-5'), undefined);
});

test('the longer names of clouds are the same models', () => {
  const models = {
    'anthropic.claude-sonnet-5': entry('1'),
    'us.anthropic.claude-sonnet-5': entry('2'),
    'claude-sonnet-5': entry('3'),
    'xai/grok-4.3': entry('4'),
  };
  const clouds: PriceCatalog = { providers: { bedrock: { models }, vertexai: { models } } };
  const cases: [provider: string, model: string, input: string | undefined][] = [
    ['bedrock', 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-5', '1'],
    ['bedrock', 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-5', '2'],
    ['bedrock', 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc', undefined],
    ['vertexai', 'anthropic/claude-sonnet-5', '3'],
    ['vertexai', 'publishers/anthropic/models/claude-sonnet-5@20260101', '3'],
    ['vertexai', 'xai/grok-4.3', '4'],
  ];
  for (const [provider, model, input] of cases)
    assert.equal(lookUp(clouds, provider, model)?.rates.input, input, model);
});

test('a tier holds for the whole call when its input is above', () => {
  const cost = (inputTokens: number) =>
    prices.cost('openai', 'tiered', { ...noUsage, inputTokens, outputTokens: 1 });
  assert.equal(cost(100), 100 * 1_000 + 10_000);
  assert.equal(cost(101), 101 * 2_000 + 10_000);
  assert.equal(cost(1_001), 1_001 * 4_000 + 40_000);
  assert.deepEqual(prices.bound('openai', 'tiered'), { input: 4_000, output: 40_000 });
});

test('what has no price, or one that cannot be read, is neither free nor bounded', () => {
  for (const model of ['wrong', 'wrongTier', 'gpt-6']) {
    assert.equal(prices.cost('openai', model, noUsage), undefined);
    assert.equal(prices.bound('openai', model), undefined);
  }
});

test('every entry of the catalog that is shipped can be read', () => {
  const path = join(import.meta.dirname, '../../../data/prices.json');
  const shipped = JSON.parse(readFileSync(path, 'utf8')) as PriceCatalog;
  let count = 0;
  for (const [provider, { models }] of Object.entries(shipped.providers)) {
    for (const [model, { rates, tiers = [] }] of Object.entries(models)) {
      for (const texts of [rates, ...tiers.map((tier) => ({ ...rates, ...tier.rates }))])
        if (texts.input !== undefined)
          assert.equal(typeof parseRates(texts), 'object', `${provider} ${model}`);
      // Pictures and sound by the piece have no price a token, so dollar budgets refuse them.
      if (rates.input !== undefined) count++;
    }
  }
  assert.ok(count > 1_000, String(count));
});
