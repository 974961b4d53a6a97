/** What is Bedrock's own: settings by model, turns, names of documents, tools that must be there, and what ends a stream. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  awsEvent,
  awsException,
  eventStreamMessage,
  invokeChunk,
} from '../../../test/support/event-stream.ts';
import { bedrockBetas, vertexBetas } from './anthropic-betas.ts';
import type { Fields } from './fields.ts';
import { bedrockConverse } from './formats/bedrock-converse/index.ts';
import { limitOutput } from './limit-output.ts';
import { target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';
import type { ClientCall } from './translate-contract.ts';

const at = (model: string) => target({ provider: 'bedrock', model, bedrock: {} });
const nova = 'eu.amazon.nova-2-lite-v1:0';
const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const ask = { role: 'user', content: 'x' };

function sent(body: object, model = nova): { body: Fields; drops: string[] | undefined } {
  const call = translated({ messages: [ask], ...body }, { target: at(model) });
  return { body: JSON.parse(call.body), drops: call.drops };
}

test('reasoning and top_k are set as each vendor takes them', () => {
  const cases: [model: string, body: object, additional: unknown, drops: string[]][] = [
    [
      nova,
      { reasoning_effort: 'low' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
      [],
    ],
    [
      nova,
      { reasoning_effort: 'high' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
      ['reasoning effort (lowered to medium)'],
    ],
    ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }, { reasoning_effort: 'high' }, []],
    ['us.meta.llama4-scout-17b-instruct-v1:0', { reasoning_effort: 'low' }, undefined, ['reasoning effort']],
    [claude, { reasoning_effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 2_048 } }, []],
    [
      claude,
      { reasoning_effort: 'low', max_tokens: 500 },
      undefined,
      ['reasoning effort (max_tokens leaves no room)'],
    ],
  ];
  for (const [model, body, additional, drops] of cases) {
    const call = sent(body, model);
    assert.deepEqual(call.body['additionalModelRequestFields'], additional, model);
    assert.deepEqual(call.drops, drops, model);
  }
});

test('top_k of an Anthropic client', () => {
  const call = (model: string) => {
    const body = { max_tokens: 9, top_k: 17, messages: [ask] };
    const { body: text, drops } = translated(body, { target: at(model), routeType: 'Messages' });
    return [JSON.parse(text)['additionalModelRequestFields'], drops];
  };
  assert.deepEqual(call(nova), [{ inferenceConfig: { topK: 17 } }, []]);
  assert.deepEqual(call('deepseek.v3.2'), [undefined, ['top_k']]);
});

test('models of Anthropic are known in every form of an id', () => {
  const urlOf = (model: string) =>
    translated({ max_tokens: 9, messages: [ask] }, { target: at(model), routeType: 'Messages' }).url;
  for (const model of [
    claude,
    'anthropic.claude-v2:1',
    'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-5',
  ])
    assert.match(urlOf(model), /\/invoke$/, model);
  // What a profile of one's own stands for is not in its name: Converse serves all.
  for (const model of [nova, 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc'])
    assert.match(urlOf(model), /\/converse$/, model);
});

test('turns alternate, blank text is left out, documents have names of their own', () => {
  const pdf = (title?: string) => ({
    type: 'document',
    title,
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
  });
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: ' ' },
        pdf('Bericht_2026 (final).pdf'),
        pdf('Bericht 2026 (final) pdf'),
      ],
    },
    { role: 'user', content: [pdf(), pdf('…')] },
    { role: 'assistant', content: '' },
    { role: 'user', content: 'And?' },
  ];
  const { body } = translated({ max_tokens: 9, messages }, { target: at(nova), routeType: 'Messages' });
  const turns = JSON.parse(body).messages as { role: string; content: { document?: { name: string } }[] }[];
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['user'],
  );
  assert.deepEqual(
    turns[0]!.content.map(({ document }) => document?.name),
    ['Bericht 2026 (final) pdf', 'Bericht 2026 (final) pdf 2', 'document', 'document 2', undefined],
  );
});

test('tools: forbidden ones, and those of a conversation that goes on without them', () => {
  const f = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };
  const called = [
    ask,
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'done' },
  ];
  const spec = (json: object) => ({ toolSpec: { name: 'f', inputSchema: { json } } });
  const cases: [body: object, toolConfig: unknown, drops: string[]][] = [
    [{ tools: [f], tool_choice: 'none' }, undefined, []],
    [
      { tools: [f], tool_choice: 'none', messages: called },
      { tools: [spec({ type: 'object' })] },
      ['tool_choice'],
    ],
    [{ messages: called }, { tools: [spec({ type: 'object' })] }, []],
    [
      { tools: [f], tool_choice: 'required' },
      { tools: [spec({ type: 'object' })], toolChoice: { any: {} } },
      [],
    ],
    [
      { tools: [f], tool_choice: { type: 'function', function: { name: 'f' } } },
      { tools: [spec({ type: 'object' })], toolChoice: { tool: { name: 'f' } } },
      [],
    ],
  ];
  for (const [body, toolConfig, drops] of cases) {
    const call = sent(body);
    assert.deepEqual(call.body['toolConfig'], toolConfig);
    assert.deepEqual(call.drops, drops);
  }
});

test('pictures from s3, and what can not be sent', () => {
  const picture = (url: string) => ({
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  const { body } = sent(picture('s3://bucket/a.jpg'));
  assert.deepEqual((body['messages'] as Fields[])[0]!['content'], [
    { image: { format: 'jpeg', source: { s3Location: { uri: 's3://bucket/a.jpg' } } } },
  ]);
  assert.throws(() => sent(picture('https://example.com/a.png')), /messages\[0\]: Bedrock takes pictures/);
});

test('a budget shortens the answer by the name that Converse has for it', () => {
  const call = translated({ messages: [ask], max_tokens: 900 }, { target: at(nova) });
  const limited = limitOutput(call, 50);
  assert.deepEqual(JSON.parse(limited.body)['inferenceConfig'], { maxTokens: 50 });
  const unlimited = limitOutput(translated({ messages: [ask] }, { target: at(nova) }), 50);
  assert.deepEqual(JSON.parse(unlimited.body)['inferenceConfig'], { maxTokens: 50 });
  assert.equal(unlimited.maxTokens, 50);
});

test('why an answer ended, and which sequence stopped it', () => {
  const reasons = Object.entries({
    end_turn: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    stop_sequence: 'stop-sequence',
    tool_use: 'tool-calls',
    guardrail_intervened: 'refusal',
    content_filtered: 'refusal',
    something_new: 'stop',
  });
  for (const [stopReason, finishReason] of reasons) {
    const answer = {
      output: { message: { role: 'assistant', content: [{ text: 'x' }] } },
      stopReason,
      additionalModelResponseFields: { stop_sequence: 'END' },
    };
    const decoded = bedrockConverse.decodeResponse(answer);
    assert.equal(decoded.finishReason, finishReason);
    assert.equal(decoded.stopSequence, 'END');
  }
  assert.throws(() => bedrockConverse.decodeResponse({ output: {} }), /output\.message/);
});

test('citations are text; usage without cache; another service has its tier', () => {
  const content = [{ citationsContent: { content: [{ text: 'As ' }, { text: 'cited.' }], citations: [] } }];
  const decoded = bedrockConverse.decodeResponse({
    output: { message: { content } },
    stopReason: 'end_turn',
  });
  assert.deepEqual(decoded.parts, [{ type: 'text', text: 'As cited.' }]);
  const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };
  assert.deepEqual(bedrockConverse.decodeUsage({ usage, serviceTier: { type: 'flex' } }), {
    inputTokens: 7,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 3,
    reasoningTokens: 0,
    serviceTier: 'flex',
    estimated: false,
  });
  assert.equal(bedrockConverse.decodeUsage({}), undefined);
});

function stream(model: string, messages: readonly Buffer[], extra: Partial<ClientCall> = {}) {
  const body = { max_tokens: 9, stream: true, messages: [ask] };
  const translator = translated(body, { target: at(model), callId: 'call-7', ...extra }).reply.stream();
  let text = '';
  for (const message of messages) text += translator.pushBytes!(message);
  return { text: text + translator.end('complete'), translator };
}

test('a stream that ends without its report of usage is complete, and estimated', () => {
  const { text, translator } = stream(nova, [
    awsEvent('messageStart', { role: 'assistant' }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
    awsEvent('somethingNew', {}),
    awsEvent('messageStop', { stopReason: 'end_turn' }),
  ]);
  assert.match(text, /"id":"call-7".*"model":"eu\.amazon\.nova-2-lite-v1:0"/);
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.equal(translator.usage().estimated, true);
  assert.equal(translator.responseModel(), nova);
});

test('exceptions and errors of either API, before and inside an answer', () => {
  const kinds: [name: string, type: string][] = [
    ['throttlingException', 'rate_limit_error'],
    ['validationException', 'invalid_request_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['modelStreamErrorException', 'api_error'],
    ['internalServerException', 'api_error'],
    ['neverHeardOfException', 'api_error'],
  ];
  const failed = eventStreamMessage(
    { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'broken' },
    '',
  );
  const expected = (type: string, message: string) =>
    `event: error\ndata: {"type":"error","error":{"type":"${type}","message":"${message}"}}\n\n`;
  for (const model of [nova, claude]) {
    for (const [name, type] of kinds) {
      const { text } = stream(model, [awsException(name, 'why')], { routeType: 'Messages' });
      assert.equal(text, expected(type, 'why'), `${model} ${name}`);
    }
    const { text } = stream(model, [failed], { routeType: 'Messages' });
    assert.equal(text, expected('api_error', 'broken'), model);
  }
});

test('events of InvokeModel that make no sense are faults, not silence', () => {
  const native = (message: Buffer) => () => stream(claude, [message], { routeType: 'Messages' });
  assert.throws(native(awsEvent('chunk', { bytes: '*' })), /not base64/);
  assert.throws(native(awsEvent('chunk', {})), /not base64|not a JSON object/);
  const spaced = Buffer.from('{ "type" : "message_stop" }').toString('base64');
  const { text } = stream(claude, [awsEvent('chunk', { bytes: spaced })], { routeType: 'Messages' });
  assert.equal(text, 'event: message_stop\ndata: { "type" : "message_stop" }\n\n');
  const known = stream(claude, [awsEvent('other', {}), invokeChunk({ type: 'ping' })], {
    routeType: 'Messages',
  });
  assert.match(known.text, /^event: ping\n/);
});

test('betas: those that the clouds know, by the names they have there', () => {
  const all = [
    'claude-code-20250219',
    'interleaved-thinking-2025-05-14',
    'advanced-tool-use-2025-11-20',
    'tool-search-tool-2025-10-19',
    'prompt-caching-scope-2026-01-05',
    '',
  ].join(', ');
  assert.deepEqual(bedrockBetas(all), {
    kept: ['interleaved-thinking-2025-05-14', 'tool-search-tool-2025-10-19'],
    left: ['claude-code-20250219', 'prompt-caching-scope-2026-01-05'],
  });
  assert.deepEqual(vertexBetas(all), {
    kept: ['claude-code-20250219', 'interleaved-thinking-2025-05-14', 'tool-search-tool-2025-10-19'],
    left: ['prompt-caching-scope-2026-01-05'],
  });
  assert.deepEqual(bedrockBetas(undefined), { kept: [], left: [] });
});

test('what Bedrock does not serve is told', () => {
  const body = { messages: [ask], max_tokens: 9 };
  for (const routeType of ['Embeddings', 'Passthrough'] as const) {
    const result = translateRequest({
      routeType,
      target: at(claude),
      method: 'POST',
      pathAndQuery: '/',
      headers: {},
      body: JSON.stringify(body),
      nowSeconds: 0,
    });
    assert.equal(result.ok ? 200 : result.fault.status, 501, routeType);
  }
});
