import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientCall, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';
import { noUsage } from './usage.ts';

const geminiPath = '/v1beta/models/gemini-3-pro:countTokens';
const gemini = { routeType: 'GeminiCountTokens' as const, pathAndQuery: geminiPath };

test('Gemini asks, Anthropic counts', () => {
  const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
  const tools = [{ functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT' } }] }];
  const systemInstruction = { parts: [{ text: 'Be brief.' }] };
  const call = translated({ generateContentRequest: { contents, tools, systemInstruction } }, gemini);
  assert.equal(call.url, 'http://127.0.0.1:1/v1/messages/count_tokens');
  const { model, messages, tools: sent, ...rest } = JSON.parse(call.body);
  assert.equal(model, 'claude-sonnet-5');
  assert.deepEqual(messages, [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
  assert.equal(sent[0].name, 'f');
  assert.deepEqual(Object.keys(rest), ['system']);
  const reply = call.reply.plain('{"input_tokens":12}', 'application/json');
  assert.deepEqual([reply.body, reply.usage], ['{"totalTokens":12}', noUsage]);
  const error = call.reply.error(400, '{"type":"error","error":{"type":"x","message":"no"}}', '');
  assert.equal(JSON.parse(error.body).error.message, 'no');
  assert.throws(() => call.reply.plain('{"x":1}', 'application/json'), /no count/);
});

test('Anthropic asks, Gemini counts', () => {
  const call = translated(
    { model: 'x', messages: [{ role: 'user', content: 'Hi' }] },
    {
      routeType: 'AnthropicTokenCount',
      target: target({ provider: 'gemini', model: 'gemini-3-pro' }),
    },
  );
  assert.equal(call.url, `http://127.0.0.1:1${geminiPath}`);
  const { generateContentRequest } = JSON.parse(call.body);
  assert.equal(generateContentRequest.model, 'models/gemini-3-pro');
  assert.deepEqual(generateContentRequest.contents, [{ role: 'user', parts: [{ text: 'Hi' }] }]);
  assert.equal(call.reply.plain('{"totalTokens":7}', 'application/json').body, '{"input_tokens":7}');
});

test('OpenAI counts in the terms of its Responses API', () => {
  const openai = target({ provider: 'openai', model: 'gpt-5' });
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'done' }] },
  ];
  const tools = [{ name: 'f', input_schema: { type: 'object', properties: {} } }];
  const call = translated(
    { model: 'x', system: 'Be brief.', messages, tools, thinking: { type: 'enabled', budget_tokens: 2_000 } },
    { routeType: 'AnthropicTokenCount', target: openai },
  );
  assert.equal(call.url, 'http://127.0.0.1:1/v1/responses/input_tokens');
  const { input, tools: sent, ...rest } = JSON.parse(call.body);
  assert.deepEqual(rest, {
    model: 'gpt-5',
    instructions: 'Be brief.',
    reasoning: { effort: 'low', summary: 'auto' },
  });
  assert.deepEqual(
    input.map(({ type }: { type: string }) => type),
    ['message', 'function_call', 'function_call_output'],
  );
  assert.equal(sent[0].name, 'f');
  const reply = call.reply.plain('{"object":"response.input_tokens","input_tokens":9}', 'application/json');
  assert.equal(reply.body, '{"input_tokens":9}');
  const google = translated({ contents: [{ parts: [{ text: 'x' }] }] }, { ...gemini, target: openai });
  assert.equal(google.reply.plain('{"input_tokens":9}', 'application/json').body, '{"totalTokens":9}');
});

test('others with that API have no counter: refused, not guessed', () => {
  const groq = { ...gemini, target: target({ provider: 'custom', model: 'm' }) };
  const result = translateRequest(clientCall({ contents: [{ parts: [{ text: 'x' }] }] }, groq));
  assert.deepEqual(result.ok ? 0 : result.fault.status, 501);
});

test("Claude Code's own: a system's words inside the conversation, adaptive thinking, a long name of the user", () => {
  const body = (effort: string) => ({
    model: 'claude-opus-5',
    max_tokens: 100,
    system: 'First.',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: [{ type: 'text', text: 'Second.' }] },
    ],
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort },
    metadata: { user_id: 'u'.repeat(65) },
    context_management: { edits: [] },
  });
  const openai = {
    routeType: 'Messages' as const,
    target: target({ provider: 'openai', model: 'gpt-5' }),
  };
  const call = translated(body('medium'), openai);
  const sent = JSON.parse(call.body);
  assert.deepEqual(sent.messages, [
    { role: 'system', content: 'First.\n\nSecond.' },
    { role: 'user', content: 'Hi' },
  ]);
  assert.deepEqual([sent.reasoning_effort, sent.user], [undefined, undefined]);
  assert.deepEqual(call.drops, ['context_management', 'user (longer than 64 characters)']);
  assert.equal(JSON.parse(translated(body('max'), openai).body).reasoning_effort, 'high');
  const wrong = {
    ...body('medium'),
    messages: [{ role: 'system', content: [{ type: 'image', source: { type: 'url', url: 'x' } }] }],
  };
  const refused = translateRequest(clientCall(wrong, openai));
  assert.equal(refused.ok ? '' : refused.fault.path, 'messages[0].content[0].type');
});
