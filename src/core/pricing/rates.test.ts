import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundOf } from '../budget/amounts.ts';
import type { Usage } from '../llm/usage.ts';
import { costOf, dearest, parseRate, parseRates, type Rates } from './rates.ts';

function rates(texts: Parameters<typeof parseRates>[0]): Rates {
  const parsed = parseRates(texts);
  assert.ok(typeof parsed !== 'string', String(parsed));
  return parsed;
}

function usage(fields: Partial<Usage>): Usage {
  return {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    estimated: false,
    ...fields,
  };
}

test('rates are decimal text', () => {
  assert.equal(parseRate('2.5'), 2_500_000_000n);
  assert.equal(parseRate('0.000000001'), 1n);
  assert.equal(parseRate('0.0000000001'), 1n, 'never rounded to nothing');
  assert.equal(parseRate('3.0000000000'), 3_000_000_000n);
  for (const wrong of [
    '',
    '.5',
    '5.',
    '-1',
    '1e-7',
    '1,5',
    ' 1',
    'Infinity',
    '1234567890',
    2.5,
    null,
    undefined,
  ])
    assert.equal(parseRate(wrong), undefined, String(wrong));
});

test('what is not listed costs what it is a kind of; what cannot be read is no price', () => {
  const { cacheRead, cacheWrite, reasoning } = rates({ input: '3', output: '15' });
  assert.deepEqual([cacheRead, cacheWrite, reasoning], [3_000_000_000n, 3_000_000_000n, 15_000_000_000n]);
  assert.equal(rates({ input: '1' }).output, 0n, 'embeddings');
  assert.match(String(parseRates({ output: '1' })), /^rates\.input undefined is not/);
  assert.match(String(parseRates({ input: '1', output: 'free' })), /^rates\.output "free"/);
  assert.match(String(parseRates({ input: '1', cacheRead: '' })), /^rates\.cacheRead ""/);
  assert.match(String(parseRates({ input: '1', reasoning: '1e3' })), /^rates\.reasoning "1e3"/);
});

test('each kind of token at its own rate', () => {
  const all = rates({ input: '3', output: '15', cacheRead: '0.3', cacheWrite: '3.75', reasoning: '20' });
  const cost = (fields: Partial<Usage>) => costOf(usage(fields), all);
  assert.equal(cost({ inputTokens: 1_000_000 }), 3_000_000_000);
  assert.equal(
    cost({ inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 2 }),
    4 * 3_000 + 4 * 300 + 2 * 3_750,
  );
  assert.equal(cost({ outputTokens: 10, reasoningTokens: 4 }), 6 * 15_000 + 4 * 20_000);
  // A provider that reports cached input apart from the rest.
  assert.equal(cost({ inputTokens: 1, cachedInputTokens: 5 }), 5 * 300);
});

test('a part of a nano-dollar is a whole one, once a call and not once a token', () => {
  const tiny = rates({ input: '0.0000004' });
  assert.equal(costOf(usage({ inputTokens: 1 }), tiny), 1);
  assert.equal(costOf(usage({ inputTokens: 10_000 }), tiny), 4);
});

const rateText = fc
  .tuple(fc.nat(2_000), fc.nat(999_999_999))
  .map(([whole, decimals]) => `${whole}.${String(decimals).padStart(9, '0')}`);
const anyRates = fc.record({
  input: rateText,
  output: rateText,
  cacheRead: rateText,
  cacheWrite: rateText,
  reasoning: rateText,
  inputAudio: rateText,
  inputImage: rateText,
  outputAudio: rateText,
  outputImage: rateText,
});
const shares = fc.record({
  audioInput: fc.nat(3_000_000),
  cachedAudio: fc.nat(3_000_000),
  imageInput: fc.nat(3_000_000),
  audioOutput: fc.nat(300_000),
  imageOutput: fc.nat(300_000),
});
const counts = fc.tuple(
  fc.nat(2_000_000),
  fc.nat(2_000_000),
  fc.nat(2_000_000),
  fc.nat(200_000),
  fc.nat(200_000),
);

test('exact to the nano-dollar for any rates', () => {
  fc.assert(
    fc.property(anyRates, counts, (texts, [plain, cached, written, said, thought]) => {
      const nano = (text: string) => BigInt(text.replace('.', ''));
      const exact =
        BigInt(plain) * nano(texts.input) +
        BigInt(cached) * nano(texts.cacheRead) +
        BigInt(written) * nano(texts.cacheWrite) +
        BigInt(said) * nano(texts.output) +
        BigInt(thought) * nano(texts.reasoning);
      const whole = exact / 1_000_000n + (exact % 1_000_000n === 0n ? 0n : 1n);
      const cost = costOf(
        usage({
          inputTokens: plain + cached + written,
          cachedInputTokens: cached,
          cacheWriteTokens: written,
          outputTokens: said + thought,
          reasoningTokens: thought,
        }),
        rates(texts),
      );
      assert.equal(BigInt(cost), whole);
    }),
  );
});

test('what a dollar budget reserves is never below what the call costs', () => {
  fc.assert(
    fc.property(anyRates, anyRates, counts, shares, (texts, tier, counted, media) => {
      const [plain, cached, written, said, thought] = counted;
      const both = [rates(texts), rates(tier)];
      const input = plain + cached + written;
      const output = said + thought;
      const { fixed, perOutputToken } = boundOf('usd', input, dearest(both, true));
      for (const one of both) {
        const cost = costOf(
          usage({
            inputTokens: input,
            cachedInputTokens: cached,
            cacheWriteTokens: written,
            outputTokens: output,
            reasoningTokens: thought,
            media,
          }),
          one,
        );
        assert.ok(
          cost <= fixed + output * perOutputToken,
          `${cost} of ${fixed} + ${output} × ${perOutputToken}`,
        );
      }
    }),
    { numRuns: 2_000, examples: [] },
  );
});
