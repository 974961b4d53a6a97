/** Several answers to one call: what the golden files of the pairs do not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { Fields } from './fields.ts';
import { hello, streamed, target, translated } from './translate.fixture.ts';

const gemini = target({ provider: 'gemini', model: 'gemini-2.5-flash' });
const chunk = (...candidates: object[]) =>
  `data: ${JSON.stringify({ responseId: 'r', modelVersion: 'g', candidates, usageMetadata })}\n\n`;
const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 9 };
const said = (index: number, text: string, finishReason?: string) => ({
  index,
  content: { parts: [{ text }] },
  ...(finishReason && { finishReason }),
});
const asked = { ...hello, n: 3 };
const stream = { ...asked, stream: true, stream_options: { include_usage: true } };

test('OpenAI’s SDK hears each of them, in whatever order they come and end', async () => {
  const { out, stream: read } = streamed(translated(stream, { target: gemini }), [
    chunk(said(2, 'c')),
    chunk(said(0, 'a'), said(1, 'b')),
    chunk(said(1, 'B', 'MAX_TOKENS'), said(0, 'A', 'STOP')),
    chunk(said(2, 'C', 'STOP')),
  ]);
  const fetch = async () => new Response(out, { headers: { 'content-type': 'text/event-stream' } });
  const client = new OpenAI({ apiKey: 'none', fetch });
  const { choices, usage } = await client.chat.completions
    .stream({ model: 'm', n: 3, stream: true, messages: [] })
    .finalChatCompletion();
  assert.deepEqual(
    [...choices].sort((a, b) => a.index - b.index).map((one) => [one.message.content, one.finish_reason]),
    [
      ['aA', 'stop'],
      ['bB', 'length'],
      ['cC', 'stop'],
    ],
  );
  assert.equal(usage?.completion_tokens, 9);
  assert.deepEqual([read.usage().outputTokens, read.usage().estimated, read.finished()], [9, false, true]);
});

test('a stream that is cut off is charged what all of them said', () => {
  const text = 'word '.repeat(400);
  const told = (index: number) => `data: ${JSON.stringify({ candidates: [said(index, text)] })}\n\n`;
  const call = translated(stream, { target: gemini });
  const { stream: one } = streamed(call, [told(0)], 'aborted');
  const { stream: both } = streamed(call, [told(0), told(1)], 'aborted');
  assert.equal(both.usage().outputTokens, 2 * one.usage().outputTokens);
});

test('names of tools come back in all of them, whole, streamed and whole for a stream', () => {
  const name = `mcp.${'long'.repeat(30)}`;
  const chat = target({ provider: 'custom', model: 'm', formats: [{ type: 'Completions' }] });
  const contents = [{ parts: [{ text: 'x' }] }];
  const functionDeclarations = [{ name, parameters: { type: 'OBJECT' } }];
  const body = { contents, tools: [{ functionDeclarations }], generationConfig: { candidateCount: 2 } };
  const at = (path: string) =>
    translated(body, {
      routeType: 'GenerateContent',
      target: chat,
      pathAndQuery: `/v1beta/models/m:${path}`,
    });
  const call = at('generateContent');
  const sent = JSON.parse(call.body).tools[0].function.name;
  assert.notEqual(sent, name);
  const called = { tool_calls: [{ id: 'a', type: 'function', function: { name: sent, arguments: '{}' } }] };
  const choices = [0, 1].map((index) => ({
    index,
    message: { content: null, ...called },
    finish_reason: 'stop',
  }));
  const answer = JSON.stringify({ id: 'c', choices });
  const { candidates } = JSON.parse(call.reply.plain(answer, 'application/json').body);
  const namesIn = (all: Fields[]) =>
    all.flatMap((one) => JSON.stringify(one).match(/(?<="functionCall":\{[^}]*"name":")[^"]*/g) ?? []);
  assert.deepEqual(namesIn(candidates), [name, name]);
  const streaming = at('streamGenerateContent?alt=sse');
  const whole = streaming.reply.plain(answer, 'application/json').asStream!().body;
  const events = choices.map(({ index, message }) => ({ id: 'c', choices: [{ index, delta: message }] }));
  const end = { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
  const pieces = [...events, end].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const { out } = streamed(streaming, [...pieces, 'data: [DONE]\n\n']);
  for (const text of [whole, out])
    assert.deepEqual(namesIn([{ text: JSON.parse(`[${eventsOf(text)}]`) }]), [name, name]);
});

function eventsOf(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []))
    .join(',');
}
