/** Anthropic's clients are told the input when an answer begins: estimated where its provider reports it at the end, and corrected there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import type { ProviderName } from '../config/snapshot.ts';
import { hello, streamed, target, translated } from './translate.fixture.ts';

const chunk = (more: object) => `data: ${JSON.stringify({ id: 'c', model: 'm', ...more })}\n\n`;
const words = chunk({ choices: [{ index: 0, delta: { content: 'Hello' } }] });
const finish = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const report = {
  prompt_tokens: 60,
  completion_tokens: 80,
  total_tokens: 140,
  prompt_tokens_details: { cached_tokens: 20 },
};
const done = 'data: [DONE]\n\n';

function call(provider: ProviderName, messages: object[] = hello.messages) {
  const options = { routeType: 'Messages' as const, target: target({ provider, model: 'gpt-4.1' }) };
  return translated({ max_tokens: 9, stream: true, messages }, options);
}

/** What the vendor's own SDK makes of the events: the input as told at first, and the usage in the end. */
async function heard(events: string) {
  const fetch = async () => new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  const client = new Anthropic({ apiKey: 'none', fetch });
  const stream = client.messages.stream({ model: 'm', max_tokens: 9, messages: [] });
  let first: number | undefined;
  stream.on('streamEvent', (event) => {
    if (event.type === 'message_start') first = event.message.usage.input_tokens;
  });
  const { usage } = await stream.finalMessage();
  return { first, usage };
}

test('the true figures replace the estimate, for the client and for the ledger', async () => {
  const { out, stream } = streamed(call('openai'), [
    words,
    finish,
    chunk({ choices: [], usage: report }),
    done,
  ]);
  const { first, usage } = await heard(out);
  assert.equal(first, call('openai').estimatedInputTokens);
  assert.ok(first > 0);
  assert.equal(usage.input_tokens, 40);
  assert.equal(usage.cache_read_input_tokens, 20);
  assert.equal(usage.output_tokens, 80);
  const { inputTokens, cachedInputTokens, outputTokens, estimated } = stream.usage();
  assert.deepEqual([inputTokens, cachedInputTokens, outputTokens, estimated], [60, 20, 80, false]);
});

test('a provider that reports at once is believed at once', async () => {
  const gemini = `data: ${JSON.stringify({
    candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 60, cachedContentTokenCount: 20, candidatesTokenCount: 80 },
  })}\n\n`;
  const { first, usage } = await heard(streamed(call('gemini'), [gemini]).out);
  assert.deepEqual([first, usage.input_tokens, usage.output_tokens], [40, 40, 80]);
});

test('without any report the estimate stays, and is marked as one', async () => {
  const { out, stream } = streamed(call('openai'), [words, finish, done]);
  const { first, usage } = await heard(out);
  assert.equal(usage.input_tokens, first);
  assert.equal(stream.usage().estimated, true);
});

test('a picture is not estimated by the letters that it is written in', () => {
  const source = { type: 'base64', media_type: 'image/png', data: 'A'.repeat(1_000_000) };
  const { estimatedInputTokens } = call('openai', [{ role: 'user', content: [{ type: 'image', source }] }]);
  assert.ok(estimatedInputTokens > 1_000 && estimatedInputTokens < 1_300, `${estimatedInputTokens}`);
});
