import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { answerTexts } from './answer-texts.ts';
import { requestTexts } from './request-texts.ts';

const asked = (routeType: RouteType, body: object) =>
  requestTexts(routeType, body as Record<string, unknown>)!.map(
    ({ scope, role, text }) => `${scope} ${role}: ${text}`,
  );

test('chat completions', () => {
  const body = {
    model: 'm',
    messages: [
      { role: 'developer', content: 'sys' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'one' },
          { type: 'image_url', image_url: { url: 'data:x' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'rain' },
    ],
  };
  assert.deepEqual(asked('Completions', body), [
    'SystemPrompt developer: sys',
    'Messages user: one',
    'ToolInput assistant: {"a":1}',
    'ToolOutput tool: rain',
  ]);
});

test('messages and its count', () => {
  const body = {
    system: [{ type: 'text', text: 'sys' }],
    messages: [
      { role: 'user', content: 'one' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't' },
          { type: 'tool_use', id: '1', name: 'f', input: { a: { b: ['deep'] } } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: '1', content: [{ type: 'text', text: 'rain' }] }],
      },
      { role: 'user', content: [{ type: 'document', source: { type: 'text', data: 'paper' } }] },
      { role: 'system', content: 'late' },
    ],
  };
  const wanted = [
    'SystemPrompt system: sys',
    'Messages user: one',
    'ToolInput assistant: deep',
    'ToolOutput user: rain',
    'Messages user: paper',
    'SystemPrompt system: late',
  ];
  assert.deepEqual(asked('Messages', body), wanted);
  assert.deepEqual(asked('AnthropicTokenCount', body), wanted);
});

test('responses, generateContent, embeddings, rerank', () => {
  const input = [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'one' }] },
    { type: 'function_call', call_id: '1', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: '1', output: 'rain' },
  ];
  assert.deepEqual(asked('Responses', { instructions: 'sys', input }), [
    'SystemPrompt system: sys',
    'Messages user: one',
    'ToolInput assistant: {}',
    'ToolOutput tool: rain',
  ]);
  assert.deepEqual(asked('Responses', { input: 'plain' }), ['Messages user: plain']);
  const contents = [
    { role: 'user', parts: [{ text: 'one' }] },
    { role: 'model', parts: [{ functionCall: { name: 'f', args: { city: 'Bern' } } }] },
    { role: 'user', parts: [{ function_response: { name: 'f', response: { sky: 'rain' } } }] },
  ];
  const generate = { system_instruction: { parts: [{ text: 'sys' }] }, contents };
  const wanted = [
    'SystemPrompt system: sys',
    'Messages user: one',
    'ToolInput model: Bern',
    'ToolOutput user: rain',
  ];
  assert.deepEqual(asked('GenerateContent', generate), wanted);
  assert.deepEqual(asked('GeminiCountTokens', { generateContentRequest: generate }), wanted);
  assert.deepEqual(asked('Embeddings', { input: ['a', 'b'] }), ['Messages user: a', 'Messages user: b']);
  assert.deepEqual(asked('Rerank', { query: 'q', documents: ['a', { text: 'b' }] }), [
    'Messages user: q',
    'Messages user: a',
    'Messages user: b',
  ]);
  assert.equal(requestTexts('Passthrough', {}), undefined);
});

test('a text put in place of another is where it was', () => {
  const body = { messages: [{ role: 'user', content: [{ type: 'text', text: 'one' }] }], input: ['x'] };
  requestTexts('Completions', body)![0]!.replace('two');
  requestTexts('Embeddings', body)![0]!.replace('y');
  assert.deepEqual(body, {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'two' }] }],
    input: ['y'],
  });
});

test('answers: what the model says, not its reasoning or its calls', () => {
  const texts = (routeType: RouteType, body: object) =>
    answerTexts(routeType, body as Record<string, unknown>)?.map(({ text }) => text);
  const message = { content: 'a', refusal: 'b', tool_calls: [{ function: { arguments: 'x' } }] };
  assert.deepEqual(texts('Completions', { choices: [{ message }, { message: { content: 'c' } }] }), [
    'a',
    'b',
    'c',
  ]);
  assert.deepEqual(
    texts('Messages', {
      content: [
        { type: 'thinking', thinking: 'x' },
        { type: 'text', text: 'a' },
      ],
    }),
    ['a'],
  );
  const output = [
    { type: 'reasoning', summary: [] },
    { type: 'message', content: [{ type: 'output_text', text: 'a' }] },
  ];
  assert.deepEqual(texts('Responses', { output }), ['a']);
  const parts = [{ thought: true, text: 'x' }, { text: 'a' }];
  assert.deepEqual(texts('GenerateContent', { candidates: [{ content: { parts } }] }), ['a']);
  assert.deepEqual([texts('Embeddings', {}), texts('Passthrough', {})], [[], undefined]);
});

test('what tells an answer again, token by token or as cited, does not tell what was masked', () => {
  const logprobs = { content: [{ token: 'jane', logprob: -1 }] };
  const segment = { startIndex: 0, endIndex: 4, text: 'jane' };
  const part = { type: 'output_text', text: 'jane', logprobs: logprobs.content };
  const bodies: [RouteType, Record<string, unknown>][] = [
    ['Completions', { choices: [{ message: { content: 'jane' }, logprobs }] }],
    ['Responses', { output: [{ type: 'message', content: [part] }] }],
    [
      'GenerateContent',
      {
        candidates: [
          {
            content: { parts: [{ text: 'jane' }] },
            logprobsResult: { chosenCandidates: [{ token: 'jane' }] },
            groundingMetadata: { groundingSupports: [{ segment, groundingChunkIndices: [0] }] },
          },
        ],
      },
    ],
  ];
  for (const [routeType, body] of bodies) {
    const before = JSON.stringify(body);
    const slots = answerTexts(routeType, body)!;
    assert.equal(JSON.stringify(body), before);
    for (const { text, replace } of slots) replace(text.replace('jane', '<NAME>'));
    assert.equal(JSON.stringify(body).includes('jane'), false, routeType);
    assert.ok(JSON.stringify(body).includes('<NAME>'));
  }
});
