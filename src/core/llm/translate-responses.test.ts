import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicStream, clientCall, streamed, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

test('native Responses: bytes go through, kept conversations are bounded, answers made later are refused', () => {
  const openai = { routeType: 'Responses' as const, target: target({ provider: 'openai', model: 'gpt-5' }) };
  const body =
    '{"input":[{"type":"future_item","x":1e400}], "model":"gpt-5", "tools":[{"type":"web_search"}]}';
  const call = translated(body, openai);
  assert.equal(call.body, body);
  assert.equal(call.url, 'http://127.0.0.1:1/v1/responses');
  assert.deepEqual(call.maxTokensFields, ['max_output_tokens']);
  assert.ok(call.boundInput() < 2_000);
  assert.ok(translated({ input: 'x', previous_response_id: 'resp_1' }, openai).boundInput() > 1_000_000);
  const later = translateRequest(clientCall({ input: 'x', background: true }, openai));
  assert.equal(later.ok ? '' : later.fault.path, 'background');
});

test('Responses: an error inside a stream ends the answer as failed', () => {
  const call = translated({ input: 'x', stream: true }, { routeType: 'Responses' });
  const { out } = streamed(call, [anthropicStream(false)], 'broken');
  const last = JSON.parse(out.trimEnd().split('data: ').at(-1)!);
  assert.equal(last.type, 'response.failed');
  assert.equal(last.response.status, 'failed');
  assert.match(last.response.error.message, /before it was complete/);
  assert.ok(last.response.usage.output_tokens > 0);
});
