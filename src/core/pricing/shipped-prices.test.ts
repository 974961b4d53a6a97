import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { noUsage, type ServiceTier, type Usage } from '../llm/usage.ts';
import { createPrices, lookUp, type PriceCatalog } from './prices.ts';

const shipped = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../data/prices.json'), 'utf8'),
) as PriceCatalog;
const prices = createPrices(shipped);
const million = 1_000_000;
const dollars = (nano: number | undefined) => (nano ?? Number.NaN) / 1e9;
const used = (usage: Partial<Usage>): Usage => ({ ...noUsage, ...usage });

test('cache writes of five minutes and of an hour have prices of their own', () => {
  const write = (hour: number) =>
    used({ inputTokens: million, cacheWriteTokens: million, cacheWrite1hTokens: hour });
  assert.equal(dollars(prices.cost('anthropic', 'claude-sonnet-5', write(0))), 2.5);
  assert.equal(dollars(prices.cost('anthropic', 'claude-sonnet-5', write(million))), 4);
  assert.equal(dollars(prices.cost('anthropic', 'claude-sonnet-5', write(million / 2))), 3.25);
  assert.equal(prices.bound('anthropic', 'claude-sonnet-5')!.input, 4_000);
});

test('a faster or slower service, a longer context, and both', () => {
  const catalog = {
    version: '1',
    providers: {
      p: {
        models: {
          m: {
            rates: { input: '2', output: '10', cacheRead: '0.5', reasoning: '12' },
            tiers: [{ contextOver: 1_000, rates: { input: '4' } }],
            priority: { input: '4', output: '20' },
            flex: { input: '1', output: '5' },
          },
        },
      },
    },
  };
  const cost = (usage: Partial<Usage>, serviceTier?: ServiceTier) =>
    createPrices(catalog).cost('p', 'm', used({ ...usage, ...(serviceTier && { serviceTier }) }));
  const short = { inputTokens: 1_000, cachedInputTokens: 1_000 };
  assert.equal(cost(short), 500_000);
  // What the list does not say follows the price of the input, or of the output.
  assert.equal(cost(short, 'priority'), 1_000_000);
  assert.equal(cost({ outputTokens: 1_000, reasoningTokens: 1_000 }, 'priority'), 24_000_000);
  assert.equal(cost({ inputTokens: 1_000 }, 'flex'), 1_000_000);
  assert.equal(cost({ inputTokens: 1_000 }, 'batch'), 2_000_000);
  assert.equal(cost({ inputTokens: 2_000 }, 'flex'), 8_000_000);
  assert.equal(cost({ inputTokens: 2_000, outputTokens: 1_000 }, 'priority'), 28_000_000);
  assert.deepEqual(createPrices(catalog).bound('p', 'm'), { input: 4_000, output: 24_000 });
});

test('no call costs more than its bound, whatever the kinds of its tokens', () => {
  const models = Object.entries(shipped.providers).flatMap(([provider, { models: all }]) =>
    Object.keys(all).map((model) => [provider, model] as const),
  );
  const tokens = fc.integer({ min: 0, max: 500_000 });
  const usage = fc
    .tuple(
      tokens,
      tokens,
      tokens,
      tokens,
      tokens,
      tokens,
      fc.constantFrom(undefined, 'priority', 'flex', 'batch'),
    )
    .map(([plain, cached, write, hour, said, thought, serviceTier]) =>
      used({
        inputTokens: plain + cached + write + hour,
        cachedInputTokens: cached,
        cacheWriteTokens: write + hour,
        cacheWrite1hTokens: hour,
        outputTokens: said + thought,
        reasoningTokens: thought,
        ...(serviceTier && { serviceTier: serviceTier as ServiceTier }),
      }),
    );
  fc.assert(
    fc.property(fc.constantFrom(...models), usage, ([provider, model], call) => {
      const cost = prices.cost(provider, model, call);
      const bound = prices.bound(provider, model);
      assert.equal(cost === undefined, bound === undefined);
      if (cost === undefined || bound === undefined) return;
      assert.ok(
        cost <= Math.ceil(call.inputTokens * bound.input + call.outputTokens * bound.output) + 1,
        `${provider} ${model}`,
      );
    }),
    { numRuns: 500 },
  );
});

test('names that the gateway prices by fit the list that it ships', () => {
  const names: [string, string, string][] = [
    ['anthropic', 'claude-sonnet-4-5-20250929', '3'],
    ['openai', 'gpt-5-2025-08-07', '1.25'],
    ['gemini', 'gemini-2.5-flash', '0.3'],
    ['azureopenai', 'gpt-5', '1.25'],
    ['azure', 'gpt-5', '1.25'],
    ['groq', 'openai/gpt-oss-120b', '0.15'],
    ['mistral', 'mistral-large-latest', '0.5'],
    ['openai', 'text-embedding-3-small', '0.02'],
  ];
  for (const [provider, model, input] of names)
    assert.equal(lookUp(shipped, provider, model)?.rates.input, input, `${provider} ${model}`);
  for (const provider of ['anthropic', 'openai', 'azure', 'gemini', 'vertexai', 'bedrock'])
    assert.ok(shipped.providers[provider] !== undefined, provider);
  assert.equal(prices.cost('openai', 'no-such-model', used({ inputTokens: 1 })), undefined);
});
