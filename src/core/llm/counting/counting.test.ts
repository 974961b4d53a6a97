import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ProviderTarget } from '../../config/snapshot.ts';
import { clientCall, target, translated } from '../translate.fixture.ts';
import { translateRequest } from '../translate.ts';
import type { ClientCall } from '../translate-contract.ts';
import { encodingOf } from './encodings.ts';
import { countIn, withMargin } from './model.ts';
import { safePieces } from './safe-pieces.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const messages = [{ role: 'user', content: 'Hi' }];

/** What the provider's counter would be asked. */
function asked(body: object, extra: Partial<ClientCall> = {}) {
  const question = translated(body, extra).countInput?.(base64);
  if (question?.by !== 'provider') return undefined;
  const { url, body: text, headers } = question.request;
  return { url: url.replace('http://127.0.0.1:1', ''), body: JSON.parse(text), headers, question };
}

const of = (given: Partial<ProviderTarget>, extra: Partial<ClientCall> = {}) => ({
  target: target(given),
  ...extra,
});

test("Anthropic's counter is asked with the request as it is sent, translated or not", () => {
  const tools = [{ name: 'f', input_schema: { type: 'object' } }];
  const body = {
    model: 'x',
    max_tokens: 9,
    stream: true,
    temperature: 1,
    system: 'Be brief.',
    messages,
    tools,
  };
  const native = asked(body, { routeType: 'Messages' })!;
  assert.equal(native.url, '/v1/messages/count_tokens');
  assert.deepEqual(native.body, { model: 'claude-sonnet-5', messages, system: 'Be brief.', tools });
  assert.equal(native.headers['x-api-key'], 'sk-upstream');
  assert.equal(native.headers['anthropic-version'], '2023-06-01');
  const fromOpenAi = asked({ messages: [{ role: 'system', content: 'Be brief.' }, ...messages] })!;
  assert.equal(fromOpenAi.url, native.url);
  assert.deepEqual(fromOpenAi.body.system, [{ type: 'text', text: 'Be brief.' }]);
  assert.equal(withMargin(49, native.question), 59);
  assert.equal(withMargin(5_000, native.question), 5_100);
});

test('Gemini, Vertex AI and Bedrock have counters of their own', () => {
  const gemini = asked({ messages }, of({ provider: 'gemini', model: 'gemini-3-pro' }))!;
  assert.equal(gemini.url, '/v1beta/models/gemini-3-pro:countTokens');
  assert.equal(gemini.body.generateContentRequest.model, 'models/gemini-3-pro');
  assert.equal(gemini.question.isEstimate, true);
  const vertexai = { projectId: 'p', region: 'global' };
  const vertex = asked({ messages }, of({ provider: 'vertexai', model: 'gemini-3-pro', vertexai }))!;
  assert.match(vertex.url, /publishers\/google\/models\/gemini-3-pro:countTokens$/);
  assert.deepEqual(vertex.body.contents, [{ role: 'user', parts: [{ text: 'Hi' }] }]);
  const claude = asked({ messages }, of({ provider: 'vertexai', model: 'claude-sonnet-5', vertexai }))!;
  assert.match(claude.url, /publishers\/anthropic\/models\/count-tokens:rawPredict$/);
  const bedrock = of({ provider: 'bedrock', model: 'eu.anthropic.claude-sonnet-5' });
  const converse = asked({ messages }, bedrock)!;
  assert.equal(converse.url, '/model/anthropic.claude-sonnet-5/count-tokens');
  assert.deepEqual(converse.body.input.converse.messages[0].content, [{ text: 'Hi' }]);
  assert.equal(withMargin(49, converse.question), 49);
  const invoke = asked({ model: 'x', max_tokens: 9, messages }, { ...bedrock, routeType: 'Messages' })!;
  const inside = Buffer.from(invoke.body.input.invokeModel.body, 'base64').toString();
  assert.deepEqual(JSON.parse(inside).messages, messages);
});

test('nobody is asked where there is no counter, or its path leads elsewhere', () => {
  assert.equal(asked({ messages }, of({ provider: 'openai', model: 'gpt-5' })), undefined);
  assert.equal(asked({ messages }, of({ provider: 'custom', model: 'm' })), undefined);
  assert.equal(asked({ messages }, of({ path: '/all/of/it' })), undefined);
  const formats = [{ type: 'Messages' as const }];
  const messagesOnly = of({ provider: 'custom', model: 'm', formats });
  assert.equal(asked({ messages }, messagesOnly), undefined);
  const counts = [...formats, { type: 'AnthropicTokenCount' as const, path: '/count' }];
  assert.equal(asked({ messages }, of({ provider: 'custom', model: 'm', formats: counts }))!.url, '/count');
});

test('what is not all in the request is not counted', () => {
  const native = (more: object) =>
    asked({ model: 'x', max_tokens: 9, messages, ...more }, { routeType: 'Messages' });
  const block = (source: object) => ({
    messages: [{ role: 'user', content: [{ type: 'document', source }] }],
  });
  assert.notEqual(native({ output_config: { effort: 'low' } }), undefined);
  assert.notEqual(native(block({ type: 'text', media_type: 'text/plain', data: 'x' })), undefined);
  for (const more of [
    { tools: [{ type: 'web_search_20260209', name: 'web_search' }] },
    { mcp_servers: [{}] },
    { container: 'c' },
    { some_new_member: 1 },
    { output_config: { format: {} } },
    block({ type: 'url', url: 'https://example.com' }),
    block({ type: 'file', file_id: 'f' }),
  ])
    assert.equal(native(more), undefined, JSON.stringify(more));
  const gemini = (more: object) =>
    asked(
      { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], ...more },
      {
        ...of({ provider: 'gemini', model: 'g' }),
        routeType: 'GenerateContent',
        pathAndQuery: '/v1beta/models/g:generateContent',
      },
    );
  assert.notEqual(gemini({}), undefined);
  for (const more of [
    { cachedContent: 'c' },
    { tools: [{ googleSearch: {} }] },
    { contents: [{ parts: [{ fileData: { fileUri: 'gs://x' } }] }] },
    { contents: [{ parts: [{ inlineData: { mimeType: 'audio/mp3', data: '' } }] }] },
    { generationConfig: { responseSchema: {} } },
  ])
    assert.equal(gemini(more), undefined, JSON.stringify(more));
});

test("OpenAI's models are counted by their public tokenizer, where it is OpenAI that serves them", () => {
  const openai = { provider: 'openai' as const, model: 'gpt-5', origin: 'https://api.openai.com' };
  const count = (body: object, given: object = {}, extra: Partial<ClientCall> = {}) =>
    translated(body, of({ ...openai, ...given }, extra)).countInput?.(base64);
  const simple = count({ messages });
  assert.ok(simple?.by === 'tokenizer');
  assert.deepEqual([simple.encoding, simple.texts], ['o200k_base', ['Hi']]);
  assert.equal(count({ messages }, { model: 'gpt-4' })?.by, 'tokenizer');
  const responses = count({ input: 'Hi', instructions: 'Be brief.' }, {}, { routeType: 'Responses' });
  assert.deepEqual(responses?.by === 'tokenizer' && responses.texts, ['Hi', 'Be brief.']);
  for (const given of [
    { model: 'gpt-4o-search-preview' },
    { model: 'gpt-9' },
    { model: 'my-deployment' },
    { origin: 'https://llm.example.com' },
    { origin: 'https://api.openai.com.example.com' },
  ])
    assert.equal(count({ messages }, given), undefined, JSON.stringify(given));
  for (const more of [
    { web_search_options: {} },
    { prediction: { type: 'content', content: 'x' } },
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x' } }] }] },
    { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
    { tools: [{ type: 'custom', custom: { name: 'f' } }] },
  ])
    assert.equal(count({ messages, ...more }), undefined, JSON.stringify(more));
  const kept = { input: 'Hi', previous_response_id: 'r' };
  assert.equal(count(kept, {}, { routeType: 'Responses' }), undefined);
});

test('what comes twice is not counted: a provider may go by the other one', () => {
  const twice = (text: string) => {
    const result = translateRequest(clientCall(text, { routeType: 'Messages' }));
    return result.ok ? result.call.countInput?.(base64) : undefined;
  };
  const large = JSON.stringify([{ role: 'user', content: `x"${'y'.repeat(500)}` }]);
  const small = '[ {"role":"user", "content":"\\u0022\\u0022\\u0022"} ]';
  const body = (...members: string[]) =>
    `{"model":"x","max_tokens":9,${members.map((each) => `"messages":${each}`)}}`;
  assert.notEqual(twice(body(large)), undefined);
  assert.notEqual(twice(body(small)), undefined);
  assert.equal(twice(body(large, small)), undefined);
  const inside = '[{"role":"user","content":"large","content":"\\u0022"}]';
  assert.equal(twice(body(inside)), undefined);
});

test('encodings are those that are published', () => {
  const names = [
    'gpt-4o',
    'gpt-4o-mini-2024-07-18',
    'gpt-4.1-nano',
    'gpt-5-mini',
    'o3',
    'o4-mini',
    'gpt-5-2025-08-07',
  ];
  for (const name of names) assert.equal(encodingOf(name), 'o200k_base', name);
  for (const name of ['gpt-4', 'gpt-4-0613', 'gpt-4-turbo-2024-04-09', 'gpt-3.5-turbo-0125'])
    assert.equal(encodingOf(name), 'cl100k_base', name);
  for (const name of ['gpt-4o-audio-preview', 'gpt-oss-20b', 'gpt-5.9', 'o9', 'ft:gpt-4o:me', ''])
    assert.equal(encodingOf(name), undefined, name);
});

test('a counter’s answer', () => {
  assert.equal(countIn('{"input_tokens":12}'), 12);
  assert.equal(countIn('{"totalTokens":0}'), 0);
  for (const odd of [
    '{"inputTokens":"12"}',
    '{"input_tokens":-1}',
    '{"input_tokens":1.5}',
    '[]',
    'null',
    'x',
    '',
  ])
    assert.equal(countIn(odd), undefined, odd);
});

test('pieces of a text: all of it, in order, what has no place to cut by its bytes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('word '), fc.constant('漢'.repeat(200))),
      ),
      (parts) => {
        const text = parts.join('');
        const { texts, bytes } = safePieces(text);
        let at = 0;
        let left = '';
        for (const piece of texts) {
          const found = text.indexOf(piece, at);
          assert.ok(found >= at);
          left += text.slice(at, found);
          at = found + piece.length;
        }
        left += text.slice(at);
        assert.ok(bytes >= Buffer.byteLength(left));
        assert.ok(left === '' || bytes > 0);
      },
    ),
  );
  assert.deepEqual(safePieces('a'.repeat(500)), { texts: [], bytes: 500 });
});

test('a call without a model’s answer has no counter', () => {
  const call = clientCall({ model: 'x', messages }, { routeType: 'AnthropicTokenCount' });
  assert.equal(translated(JSON.parse(call.body), { routeType: 'AnthropicTokenCount' }).countInput, undefined);
});
