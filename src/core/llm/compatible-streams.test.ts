/** Streams of Messages, Responses and Gemini that say at the end, or whole, what their vendors say in pieces; answers that failed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { hello, streamed, target, translated } from './translate.fixture.ts';
import { ReplyFault } from './translate-contract.ts';

const custom = (routeType: RouteType, format: 'Messages' | 'Responses') => ({
  routeType,
  target: target({ provider: 'custom', model: 'm', formats: [{ type: format }] }),
});

describe('streams of Messages', () => {
  const event = (type: string, rest: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const start = event('message_start', { message: { id: 'm1', model: 'm', usage: { input_tokens: 5 } } });
  const end =
    event('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } }) +
    event('message_stop', {});
  const upstream = () => translated({ ...hello, stream: true }, custom('Completions', 'Messages'));
  const begin = (content_block: object) => event('content_block_start', { index: 0, content_block });
  const tool = { type: 'tool_use', id: 'a', name: 'f' };

  test('a call that comes whole with its block, and one that comes in pieces all the same', () => {
    const stop = event('content_block_stop', { index: 0 });
    const piece = event('content_block_delta', {
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{"x":1}' },
    });
    for (const pieces of ['', piece]) {
      const { out } = streamed(upstream(), [start, begin({ ...tool, input: { x: 1 } }), pieces, stop, end]);
      const args = [...out.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)]
        .map(([, text]) => JSON.parse(text!))
        .join('');
      assert.equal(args, '{"x":1}');
    }
  });

  test('a block that begins with words', () => {
    const { out } = streamed(upstream(), [start, begin({ type: 'text', text: 'Hello' }), end]);
    assert.match(out, /"content":"Hello"/);
  });
});

describe('streams of Responses', () => {
  const event = (type: string, rest: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const upstream = () => translated({ ...hello, stream: true }, custom('Completions', 'Responses'));
  const start = event('response.created', { response: { id: 'resp_1', model: 'm' } });
  const end = event('response.completed', {
    response: { id: 'resp_1', usage: { input_tokens: 1, output_tokens: 2 } },
  });
  const item = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' };
  const text = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] };

  test('items that are told at their end only', () => {
    const { out } = streamed(upstream(), [
      start,
      event('response.output_item.done', { output_index: 0, item: text }),
      event('response.output_item.done', { output_index: 1, item }),
      end,
    ]);
    assert.match(
      out,
      /"content":"Hello"[\s\S]*"index":0,"id":"a"[\s\S]*"arguments":"\{\\"x\\":1\}"[\s\S]*"finish_reason":"tool_calls"/,
    );
  });

  test('items that came in pieces are not told twice', () => {
    const { out } = streamed(upstream(), [
      start,
      event('response.output_text.delta', { output_index: 0, delta: 'Hello' }),
      event('response.output_item.done', { output_index: 0, item: text }),
      event('response.output_item.added', { output_index: 1, item: { ...item, arguments: '' } }),
      event('response.function_call_arguments.delta', { output_index: 1, delta: item.arguments }),
      event('response.output_item.done', { output_index: 1, item }),
      end,
    ]);
    assert.equal(out.match(/Hello/g)!.length, 1);
    assert.equal(out.match(/\{\\"x\\":1\}/g)!.length, 1);
  });

  test('what went wrong is told by its code', () => {
    for (const [code, status] of [
      ['rate_limit_exceeded', 'rate_limit'],
      ['server_is_overloaded', 'overloaded'],
      ['context_length_exceeded', 'invalid_request'],
    ]) {
      const { stream } = streamed(upstream(), [start, event('error', { code, message: 'no' })]);
      assert.equal(stream.failed(), status);
    }
  });
});

describe('Gemini', () => {
  const gemini = { target: target({ provider: 'gemini', model: 'gemini-2.5-pro' }) };
  const failed = {
    candidates: [{ content: {}, finishReason: 'MALFORMED_FUNCTION_CALL' }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4 },
  };

  test('a call that the model could not write is an error, not silence, and is charged as reported', () => {
    const plain = translated(hello, gemini);
    assert.throws(
      () => plain.reply.plain(JSON.stringify(failed), 'application/json'),
      (error) =>
        error instanceof ReplyFault &&
        /MALFORMED_FUNCTION_CALL/.test(error.message) &&
        error.usage?.inputTokens === 9,
    );
    const { out, stream } = streamed(translated({ ...hello, stream: true }, gemini), [
      `data: ${JSON.stringify(failed)}\n\n`,
    ]);
    assert.match(out, /"error":\{"message":"the model failed: MALFORMED_FUNCTION_CALL"/);
    assert.deepEqual([stream.failed(), stream.usage().inputTokens], ['internal', 9]);
  });

  test('in its own dialect it is an answer like others', () => {
    const pathAndQuery = '/v1beta/models/m:streamGenerateContent?alt=sse';
    const native = translated(
      { contents: [{ parts: [{ text: 'x' }] }] },
      { ...gemini, routeType: 'GenerateContent', pathAndQuery },
    );
    const { out, stream } = streamed(native, [`data: ${JSON.stringify(failed)}\n\n`]);
    assert.deepEqual([out, stream.failed(), stream.finished()], ['', undefined, true]);
  });
});
