/** Sound and pictures are counted as tokens like others, and cost what the list says of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { translated } from '../llm/translate.fixture.ts';
import { mediaOf, noUsage, sumOf, type Usage } from '../llm/usage.ts';
import { createPrices } from './prices.ts';

const shipped = createPrices(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../data/prices.json'), 'utf8')),
);
const million = 1_000_000;
const dollars = (provider: string, model: string, usage: Partial<Usage>) =>
  (shipped.cost(provider, model, { ...noUsage, ...usage }) ?? Number.NaN) / 1e9;

test('of the shipped list: each kind at its own rate', () => {
  const inAndOut = { inputTokens: million, outputTokens: million };
  assert.equal(dollars('openai', 'gpt-audio', inAndOut), 2.5 + 10);
  const heard = { audioInput: million, audioOutput: million };
  assert.equal(dollars('openai', 'gpt-audio', { ...inAndOut, media: heard }), 32 + 64);
  const half = { audioInput: million / 2 };
  assert.equal(dollars('openai', 'gpt-audio', { inputTokens: million, media: half }), (32 + 2.5) / 2);
  const cached = { inputTokens: million, cachedInputTokens: million };
  assert.equal(dollars('gemini', 'gemini-2.5-flash', cached), 0.03);
  const sound = { audioInput: million, cachedAudio: million };
  assert.equal(dollars('gemini', 'gemini-2.5-flash', { ...cached, media: sound }), 0.1);
});

test('a model that only paints has no output for nothing, told as pictures or not', () => {
  for (const media of [{}, mediaOf({ imageOutput: million })])
    assert.equal(dollars('openai', 'gpt-image-1', { outputTokens: million, ...media }), 40);
});

test('more of a kind than there are tokens is no more than all of them', () => {
  const media = { audioInput: 5 * million, imageInput: 5 * million, audioOutput: 5 * million };
  assert.equal(
    dollars('openai', 'gpt-audio', { inputTokens: million, outputTokens: million, media }),
    32 + 64,
  );
});

test('a faster service moves the rates that it does not name along', () => {
  const rates = { input: '1', output: '2', inputAudio: '10', outputImage: '20' };
  const models = { m: { rates, priority: { input: '2', output: '3' } } };
  const prices = createPrices({ providers: { p: { models } } });
  const usage = { ...noUsage, inputTokens: million, outputTokens: million, serviceTier: 'priority' as const };
  const media = { audioInput: million, imageOutput: million };
  assert.equal(prices.cost('p', 'm', { ...usage, media }), (20 + 30) * 1e9);
});

test('a reservation holds their price only where the call can have them', () => {
  const text = shipped.bound('gemini', 'gemini-2.5-flash', () => false)!;
  const sound = shipped.bound('gemini', 'gemini-2.5-flash', () => true)!;
  assert.ok(sound.input > text.input);
  const bodies: [object, boolean][] = [
    [{ messages: [{ role: 'user', content: 'about "audio" and {"image": 1}' }] }, false],
    [
      {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }],
      },
      true,
    ],
  ];
  for (const [body, expected] of bodies) assert.equal(translated(body).media!(), expected);
});

test('attempts of one call are added up kind by kind', () => {
  const a = { ...noUsage, media: { audioInput: 1, imageOutput: 2 } };
  const b = { ...noUsage, media: { audioInput: 3, audioOutput: 4 } };
  assert.deepEqual(sumOf(a, b).media, { audioInput: 4, imageOutput: 2, audioOutput: 4 });
  assert.equal('media' in sumOf(noUsage, noUsage), false);
});
