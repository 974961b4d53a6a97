import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { ProviderTarget } from '../config/snapshot.ts';
import { clientCall, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

const targets: Record<string, Partial<ProviderTarget>> = {
  titan: { provider: 'bedrock', model: 'amazon.titan-embed-text-v2:0', bedrock: {} },
  'titan-1': { provider: 'bedrock', model: 'amazon.titan-embed-text-v1', bedrock: {} },
  cohere: { provider: 'bedrock', model: 'eu.cohere.embed-v4:0', bedrock: {} },
  'cohere-3': { provider: 'bedrock', model: 'cohere.embed-english-v3', bedrock: {} },
  vertex: {
    provider: 'vertexai',
    model: 'text-embedding-005',
    vertexai: { projectId: 'p', region: 'us-central1' },
  },
  'vertex-gemini': {
    provider: 'vertexai',
    model: 'gemini-embedding-001',
    vertexai: { projectId: 'p', region: 'global' },
  },
  gemini: { provider: 'gemini', model: 'gemini-embedding-001' },
};
const call = (to: string, body: object) =>
  translated(body, { target: target(targets[to]!), routeType: 'Embeddings' });
const texts = ['one', 'two'];

test('where each call goes, and what is asked', () => {
  const cases: [to: string, body: object, path: string, sent: object, drops: string[]][] = [
    [
      'titan',
      { input: 'one', dimensions: 256 },
      '/model/amazon.titan-embed-text-v2%3A0/invoke',
      { inputText: 'one', dimensions: 256 },
      [],
    ],
    [
      'titan-1',
      { input: ['one'], dimensions: 256, user: 'u' },
      '/model/amazon.titan-embed-text-v1/invoke',
      { inputText: 'one' },
      ['user', 'dimensions'],
    ],
    [
      'cohere',
      { input: texts, dimensions: 256 },
      '/model/eu.cohere.embed-v4%3A0/invoke',
      { texts, input_type: 'search_document', embedding_types: ['float'], output_dimension: 256 },
      [],
    ],
    [
      'cohere-3',
      { input: texts, dimensions: 256 },
      '/model/cohere.embed-english-v3/invoke',
      { texts, input_type: 'search_document', embedding_types: ['float'] },
      ['dimensions'],
    ],
    [
      'vertex',
      { input: texts, dimensions: 256 },
      '/v1/projects/p/locations/us-central1/publishers/google/models/text-embedding-005:predict',
      { instances: [{ content: 'one' }, { content: 'two' }], parameters: { outputDimensionality: 256 } },
      [],
    ],
    [
      'gemini',
      { input: texts },
      '/v1beta/models/gemini-embedding-001:batchEmbedContents',
      {
        requests: texts.map((text) => ({
          model: 'models/gemini-embedding-001',
          content: { parts: [{ text }] },
        })),
      },
      [],
    ],
  ];
  for (const [to, body, path, sent, drops] of cases) {
    const { url, body: text, drops: told, operation } = call(to, body);
    assert.equal(url, `http://127.0.0.1:1${path}`);
    assert.deepEqual([JSON.parse(text), told, operation], [sent, drops, 'embeddings'], to);
  }
});

const vectors = [
  [0.5, -0.25],
  [1, 2],
];

test('answers: in order, with what they used, or an estimate', () => {
  const statistics = (token_count: number) => ({ token_count, truncated: false });
  const cases: [to: string, answer: object, input: string[], tokens: number | undefined][] = [
    ['titan', { embedding: vectors[0], inputTextTokenCount: 7 }, ['one'], 7],
    [
      'cohere',
      { id: 'x', embeddings: { float: vectors }, response_type: 'embeddings_by_type' },
      texts,
      undefined,
    ],
    ['cohere-3', { embeddings: vectors, response_type: 'embeddings_floats' }, texts, undefined],
    [
      'vertex',
      { predictions: vectors.map((values) => ({ embeddings: { values, statistics: statistics(4) } })) },
      texts,
      8,
    ],
    ['gemini', { embeddings: vectors.map((values) => ({ values })) }, texts, undefined],
  ];
  for (const [to, answer, input, tokens] of cases) {
    const { body, usage, responseModel } = call(to, { input }).reply.plain(JSON.stringify(answer), '');
    const told = JSON.parse(body);
    assert.equal(responseModel, targets[to]!.model);
    assert.deepEqual(
      told.data,
      input.map((_, index) => ({ object: 'embedding', index, embedding: vectors[index] })),
      to,
    );
    assert.equal(usage!.estimated, tokens === undefined, to);
    assert.equal(usage!.outputTokens, 0);
    assert.equal(usage!.inputTokens, tokens ?? 2, to);
    assert.deepEqual(told.usage, { prompt_tokens: tokens ?? 2, total_tokens: tokens ?? 2 });
  }
});

test("OpenAI's SDK reads them, which asks for base64", async () => {
  let asked: Record<string, unknown> = {};
  const client = new OpenAI({
    apiKey: 'none',
    fetch: async (_, init) => {
      asked = JSON.parse(String(init?.body));
      const answer = JSON.stringify({ embeddings: { float: vectors } });
      return new Response(call('cohere', asked).reply.plain(answer, '').body, {
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  const { data, usage } = await client.embeddings.create({ model: 'any', input: texts });
  assert.equal(asked['encoding_format'], 'base64');
  assert.deepEqual(
    data.map(({ embedding }) => [...embedding]),
    vectors,
  );
  assert.equal(usage.prompt_tokens, 2);
});

test('what can not be asked, and answers that make no sense', () => {
  const fault = (to: string, body: object) => {
    const given = { target: target(targets[to]!), routeType: 'Embeddings' as const };
    const result = translateRequest(clientCall(body, given));
    return result.ok ? 'ok' : result.fault.message;
  };
  assert.equal(fault('titan', { input: texts }), 'input: this model takes one text a call');
  assert.equal(fault('vertex-gemini', { input: texts }), 'input: this model takes one text a call');
  assert.equal(fault('cohere', { input: Array(97).fill('x') }), 'input: this model takes 96 texts a call');
  assert.match(fault('cohere', { input: [[1, 2, 3]] }), /^input\[0\]: must be a string/);
  assert.match(fault('cohere', { input: [] }), /at least one text/);
  assert.match(fault('cohere', {}), /^input: must be an array, not missing/);
  for (const answer of [
    { embeddings: { float: [vectors[0]] } },
    { embeddings: { float: [[], []] } },
    { embeddings: { float: ['x', 'y'] } },
    {},
  ])
    assert.throws(
      () => call('cohere', { input: texts }).reply.plain(JSON.stringify(answer), ''),
      /embedding/,
    );
  const nova = { ...targets['titan'], model: 'amazon.nova-pro-v1:0' };
  const result = translateRequest(
    clientCall({ input: 'x' }, { target: target(nova), routeType: 'Embeddings' }),
  );
  assert.equal(!result.ok && result.fault.status, 501);
  const error = call('titan', { input: 'x' }).reply.error(429, '{"message":"slow"}', 'application/json');
  assert.deepEqual(JSON.parse(error.body).error.type, 'rate_limit_error');
});
