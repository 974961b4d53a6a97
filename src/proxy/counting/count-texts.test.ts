import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { openAiTexts } from '../../core/llm/counting/openai-texts.ts';
import type { Fields } from '../../core/llm/fields.ts';
import { countTexts } from './count-texts.ts';
import { Tokenizer } from './tokenizer.ts';

const asText = { disallowedSpecial: new Set<string>() };

/** What would be reserved for a call, without its answer. */
function boundOf(body: Fields, encoder: Parameters<typeof countTexts>[0]): number {
  const { texts, framing } = openAiTexts('Completions', body)!;
  return countTexts(encoder, texts) + framing;
}

const weather = {
  type: 'function',
  function: {
    name: 'get_current_weather',
    description: 'Get the current weather in a given location',
    parameters: {
      type: 'object',
      properties: {
        location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
        unit: {
          type: 'string',
          description: 'The unit of temperature to return',
          enum: ['celsius', 'fahrenheit'],
        },
      },
      required: ['location'],
    },
  },
};

/** `prompt_tokens` as OpenAI reported them for these calls. */
const published: [name: string, body: Fields, tokens: number, room: number][] = [
  [
    'a greeting',
    {
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: 'Hello!' },
      ],
    },
    19,
    40,
  ],
  ['a question', { messages: [{ role: 'user', content: 'Who won the World Cup in 2022?' }] }, 17, 40],
  [
    'a tool',
    {
      messages: [
        {
          role: 'system',
          content: 'You are a helpful assistant that can answer to questions about the weather.',
        },
        { role: 'user', content: "What's the weather like in San Francisco?" },
      ],
      tools: [weather],
    },
    101,
    120,
  ],
];

for (const [name, body, tokens, room] of published)
  test(`published counts are never passed, and nearly met: ${name}`, () => {
    const bound = boundOf(body, o200k);
    assert.ok(bound >= tokens && bound <= tokens + room, `${bound} for ${tokens}`);
  });

test('the encodings’ own examples', () => {
  assert.equal(countTexts(cl100k, ['tiktoken is great!']), 6);
  assert.equal(countTexts(o200k, ['tiktoken is great!']), 6);
  // As a text, not as the mark that would end it.
  assert.ok(countTexts(o200k, ['<|endoftext|>']) > 1);
});

const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        "it's",
        " '",
        'a\u0301b',
        '\r\n\t ',
        '  x',
        '漢字。かな、',
        '12345 678',
        '{"a":"b"}',
        '//\n',
      ),
      fc.lorem({ mode: 'sentences' }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

for (const [name, encoder] of Object.entries({ cl100k, o200k }))
  test(`${name}: pieces come to as many tokens as the whole; long runs to more`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const whole = encoder.countTokens(text, asText);
        const counted = countTexts(encoder, [text]);
        assert.ok(counted >= whole, `${counted} for ${whole}`);
        if (!/[\p{L}\p{M}\p{N}']{100}|[^\p{L}\p{N}]{100}/u.test(text)) assert.equal(counted, whole);
      }),
      { numRuns: 300 },
    );
  });

test('texts that tokenizers take minutes for', { timeout: 20_000 }, async (t) => {
  const tokenizer = new Tokenizer();
  t.after(() => tokenizer.close());
  const count = (text: string) =>
    tokenizer.count({ by: 'tokenizer', encoding: 'o200k_base', texts: [text], framing: 3 });
  // The first loads the tables: on a busy machine that may take longer than a call waits.
  for (let ready = false; !ready; ) ready = 'tokens' in (await count('Hi'));
  assert.deepEqual(await count('tiktoken is great!'), { tokens: 9, told: 9 });
  for (const text of [
    '你好世界'.repeat(50_000),
    'a'.repeat(200_000),
    ' '.repeat(200_000),
    '!?.'.repeat(50_000),
  ])
    assert.deepEqual(await count(text), {
      tokens: Buffer.byteLength(text) + 3,
      told: Buffer.byteLength(text) + 3,
    });
  assert.ok('failed' in (await count('a '.repeat(600_000))));
  const [one, other] = await Promise.all([count('one'), count('two words')]);
  assert.deepEqual(
    [one, other],
    [
      { tokens: 4, told: 4 },
      { tokens: 5, told: 5 },
    ],
  );
});
