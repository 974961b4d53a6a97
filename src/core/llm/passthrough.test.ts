/** Calls in a provider's own API: what is used is read wherever the API tells it, also out of streams that go on as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsEvent, awsException, invokeChunk } from '../../../test/support/event-stream.ts';
import type { ProviderTarget } from '../config/snapshot.ts';
import { limitOutput } from './limit-output.ts';
import { clientCall, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

const bedrock: Partial<ProviderTarget> = { provider: 'bedrock', model: undefined, bedrock: {} };
const vertexai: Partial<ProviderTarget> = {
  provider: 'vertexai',
  model: undefined,
  vertexai: { projectId: 'p', region: 'global' },
};
const gemini: Partial<ProviderTarget> = { provider: 'gemini', model: undefined };

const through = (to: Partial<ProviderTarget>, pathAndQuery: string, body: object = {}) =>
  translated(body, { target: target(to), routeType: 'Passthrough', pathAndQuery });
const fault = (to: Partial<ProviderTarget>, pathAndQuery: string) => {
  const result = translateRequest(
    clientCall({}, { target: target(to), routeType: 'Passthrough', pathAndQuery }),
  );
  return result.ok ? 'passed' : result.fault.status;
};
const converse = '/model/eu.amazon.nova-2-lite-v1%3A0/converse';
const claude = '/model/us.anthropic.claude-sonnet-5';

test('Bedrock: the model is read from the path, the body stays as it is', () => {
  const call = through(bedrock, converse, { messages: [] });
  assert.equal(call.url, `http://127.0.0.1:1${converse}`);
  assert.equal(call.body, '{"messages":[]}');
  assert.equal(call.requestModel, 'eu.amazon.nova-2-lite-v1:0');
  assert.equal(call.streaming, false);
  assert.equal(through(bedrock, `${converse}-stream`).streaming, true);
});

test('Bedrock: what could not be charged is not passed through', () => {
  for (const path of [
    '/model/amazon.nova-pro-v1%3A0/invoke',
    '/model/amazon.nova-pro-v1%3A0/invoke-with-response-stream',
    '/async-invoke',
    `${claude}/something-new`,
  ])
    assert.equal(fault(bedrock, path), 501, path);
  for (const action of ['invoke', 'invoke-with-response-stream', 'converse', 'count-tokens'])
    assert.equal(fault(bedrock, `${claude}/${action}`), 'passed', action);
  assert.equal(fault(bedrock, '/model/%ZZ/converse'), 400);
});

test('Bedrock: the guardrail of the backend is in force here too, and the answer can be shortened', () => {
  const guarded = { ...bedrock, bedrock: { guardrail: { identifier: 'gr-1', version: '2' } } };
  const call = through(guarded, converse, { guardrailConfig: { guardrailIdentifier: 'weaker' } });
  const guardrailConfig = { guardrailIdentifier: 'gr-1', guardrailVersion: '2' };
  assert.deepEqual(JSON.parse(call.body), { guardrailConfig });
  assert.deepEqual(JSON.parse(limitOutput(call, 50).body), {
    guardrailConfig,
    inferenceConfig: { maxTokens: 50 },
  });
  const invoked = through(guarded, `${claude}/invoke`, { max_tokens: 900 });
  assert.equal(invoked.headers['x-amzn-bedrock-guardrailidentifier'], 'gr-1');
  assert.deepEqual(JSON.parse(limitOutput(invoked, 50).body), { max_tokens: 50 });
});

test('whole answers: every way of telling usage is read', () => {
  const answers: [
    to: Partial<ProviderTarget>,
    path: string,
    answer: unknown,
    input: number,
    output: number,
  ][] = [
    [
      bedrock,
      converse,
      { output: {}, usage: { inputTokens: 5, cacheReadInputTokens: 2, outputTokens: 3 } },
      7,
      3,
    ],
    [bedrock, `${claude}/invoke`, { content: [], usage: { input_tokens: 5, output_tokens: 3 } }, 5, 3],
    [
      gemini,
      '/v1beta/models/g:generateContent',
      { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3 } },
      5,
      3,
    ],
    [
      gemini,
      '/v1beta/models/g:streamGenerateContent',
      [{ candidates: [] }, { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3 } }],
      5,
      3,
    ],
  ];
  for (const [to, path, answer, input, output] of answers) {
    const { usage } = through(to, path).reply.plain(JSON.stringify(answer), 'application/json');
    assert.deepEqual(
      [usage?.inputTokens, usage?.outputTokens, usage?.estimated],
      [input, output, false],
      path,
    );
  }
  const silent = [
    { candidates: [] },
    { output: { message: { role: 'assistant', content: [{ text: 'x' }] } } },
  ];
  for (const answer of silent)
    assert.equal(through(gemini, '/x').reply.plain(JSON.stringify(answer), '').usage?.estimated, true);
  assert.equal(
    through(bedrock, `${claude}/count-tokens`).reply.plain('{"inputTokens":9}', '').usage,
    undefined,
  );
});

test('streams go on as they are, byte by byte; usage is read beside them', () => {
  const converseEvents = [
    awsEvent('messageStart', { role: 'assistant' }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'é' } }),
    awsEvent('messageStop', { stopReason: 'end_turn' }),
    awsEvent('metadata', { usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8 } }),
  ];
  const usage = { input_tokens: 5, output_tokens: 1 };
  const invoked = [
    invokeChunk({ type: 'message_start', message: { id: 'm', model: 'c', usage } }),
    invokeChunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }),
    invokeChunk({ type: 'message_stop' }),
  ];
  for (const [path, events] of [
    [`${converse}-stream`, converseEvents],
    [`${claude}/invoke-with-response-stream`, invoked],
  ] as const) {
    const stream = through(bedrock, path).reply.stream();
    assert.equal(stream.raw, true);
    assert.equal(stream.contentType, 'application/vnd.amazon.eventstream');
    for (const event of events) assert.equal(stream.pushBytes!(event), '');
    assert.equal(stream.end('complete'), '');
    assert.deepEqual([stream.usage().inputTokens, stream.usage().outputTokens], [5, 3], path);
    assert.equal(stream.usage().estimated, false);
    assert.equal(stream.finished(), true);
  }
});

test('a stream that fails or is cut is charged by estimate, and nothing is put into it', () => {
  for (const last of [[], [awsException('throttlingException', 'slow')]]) {
    const stream = through(bedrock, `${converse}-stream`).reply.stream();
    const said = awsEvent('contentBlockDelta', {
      contentBlockIndex: 0,
      delta: { text: 'words '.repeat(40) },
    });
    for (const event of [awsEvent('messageStart', {}), said, ...last]) stream.pushBytes!(event);
    assert.equal(stream.end('broken'), '');
    assert.equal(stream.usage().estimated, true);
    assert.ok(stream.usage().outputTokens > 20);
  }
});

test('Vertex AI: the publisher in the path says what a stream is', () => {
  const base = '/v1/projects/p/locations/global/publishers';
  const stream = through(
    vertexai,
    `${base}/anthropic/models/claude-sonnet-5:streamRawPredict`,
  ).reply.stream();
  stream.push(
    'data: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\n' +
      'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}\n\n' +
      'data: {"type":"message_stop"}\n\n',
  );
  assert.equal(stream.raw, true);
  assert.deepEqual([stream.usage().inputTokens, stream.usage().outputTokens], [5, 3]);
  const google = through(vertexai, `${base}/google/models/gemini-3-flash:streamGenerateContent?alt=sse`);
  assert.equal(google.requestModel, 'gemini-3-flash');
  assert.equal(google.streaming, true);
});
