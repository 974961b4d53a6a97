import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mediaOf, type Usage } from '../llm/usage.ts';
import { tokensByKind } from '../llm/usage-kinds.ts';
import { costsByKind, nanoPerUnit, noCosts, ordinaryRates, sumOfCosts } from './kind-costs.ts';
import { costOf, parseRates, type Rates } from './rates.ts';

const rates = parseRates({
  input: '3',
  output: '15',
  cacheRead: '0.3',
  cacheWrite: '3.75',
  cacheWrite1h: '6',
  reasoning: '20',
  inputAudio: '40',
  cacheReadAudio: '2.5',
  inputImage: '5',
  outputAudio: '80',
  outputImage: '60',
}) as Rates;

const count = fc.nat(10_000);
const usages: fc.Arbitrary<Usage> = fc
  .record({
    plain: count,
    cached: count,
    write: count,
    hour: count,
    said: count,
    thought: count,
    media: fc.array(count, { minLength: 5, maxLength: 5 }),
  })
  .map(({ plain, cached, write, hour, said, thought, media: [a, b, c, d, e] }) => ({
    inputTokens: plain + cached + write + hour,
    cachedInputTokens: cached,
    cacheWriteTokens: write + hour,
    cacheWrite1hTokens: hour,
    outputTokens: said + thought,
    reasoningTokens: thought,
    ...mediaOf({ audioInput: a, cachedAudio: b, imageInput: c, audioOutput: d, imageOutput: e }),
    estimated: false,
  }));

test('property: input and output are the cost of the call, whatever it used', () => {
  fc.assert(
    fc.property(usages, (usage) => {
      const { inputTokens, outputTokens } = costsByKind(tokensByKind(usage), rates);
      const whole = (inputTokens + outputTokens + nanoPerUnit - 1n) / nanoPerUnit;
      assert.equal(Number(whole), costOf(usage, rates));
    }),
  );
});

test('each kind at its own rate; a part is in the whole', () => {
  const usage: Usage = {
    inputTokens: 100,
    cachedInputTokens: 20,
    cacheWriteTokens: 30,
    cacheWrite1hTokens: 10,
    outputTokens: 50,
    reasoningTokens: 5,
    media: { audioInput: 14, cachedAudio: 4, imageInput: 6, audioOutput: 8, imageOutput: 7 },
    estimated: false,
  };
  const micro = Object.fromEntries(
    Object.entries(costsByKind(tokensByKind(usage), rates)).map(([kind, cost]) => [kind, Number(cost) / 1e9]),
  );
  assert.deepEqual(micro, {
    cachedAudioTokens: 4 * 2.5,
    cachedInputTokens: 16 * 0.3 + 10,
    cacheWrite1hTokens: 10 * 6,
    cacheWriteTokens: 20 * 3.75 + 60,
    audioInputTokens: 10 * 40 + 10,
    imageInputTokens: 6 * 5,
    inputTokens: 34 * 3 + 400 + 30 + 14.8 + 135,
    reasoningTokens: 5 * 20,
    audioOutputTokens: 8 * 80,
    imageOutputTokens: 7 * 60,
    outputTokens: 30 * 15 + 100 + 640 + 420,
  });
  const costs = costsByKind(tokensByKind(usage), rates);
  assert.deepEqual(sumOfCosts(noCosts, costs), costs);
});

test('no rates where the list has none, or none that can be read', () => {
  const models = { good: { rates: { input: '1' } }, bad: { rates: { input: 'one' } } };
  const catalog = { providers: { p: { models } } };
  assert.equal(ordinaryRates(catalog, 'p', 'good')?.input, 1_000_000_000n);
  assert.equal(ordinaryRates(catalog, 'p', 'bad'), undefined);
  assert.equal(ordinaryRates(catalog, 'p', 'none'), undefined);
  assert.equal(ordinaryRates(catalog, 'q', 'good'), undefined);
});
