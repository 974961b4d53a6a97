/** Whose model it is decides in which API Vertex AI is spoken to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { hello, target, translated } from './translate.fixture.ts';

const on = (model: string | undefined, region = 'global') =>
  target({ provider: 'vertexai', model, vertexai: { projectId: 'p 1', region } });
const base = 'http://127.0.0.1:1/v1/projects/p%201/locations';

test('each publisher has its API', () => {
  const cases: [model: string, url: string][] = [
    ['gemini-2.5-pro', `${base}/global/publishers/google/models/gemini-2.5-pro:generateContent`],
    ['google/gemini-2.5-pro', `${base}/global/publishers/google/models/gemini-2.5-pro:generateContent`],
    ['claude-sonnet-5', `${base}/global/publishers/anthropic/models/claude-sonnet-5:rawPredict`],
    [
      'anthropic/claude-opus-5@default',
      `${base}/global/publishers/anthropic/models/claude-opus-5%40default:rawPredict`,
    ],
    [
      'publishers/google/models/gemini-3-flash',
      `${base}/global/publishers/google/models/gemini-3-flash:generateContent`,
    ],
    [
      'publishers/anthropic/models/claude-haiku-4-5',
      `${base}/global/publishers/anthropic/models/claude-haiku-4-5:rawPredict`,
    ],
    ['meta/llama-4-maverick-17b', `${base}/global/endpoints/openapi/chat/completions`],
  ];
  for (const [model, url] of cases) assert.equal(translated(hello, { target: on(model) }).url, url, model);
});

test("the client's choice of a model counts where the backend leaves it, wherever its dialect has it", () => {
  const messages = { ...hello, model: 'claude-sonnet-5', max_tokens: 9 };
  const url = `${base}/us-east5/publishers/anthropic/models/claude-sonnet-5:rawPredict`;
  const target = on(undefined, 'us-east5');
  assert.equal(translated(messages, { target }).url, url);
  assert.equal(translated(messages, { target, routeType: 'Messages' }).url, url);
  const contents = { contents: [{ role: 'user', parts: [{ text: 'x' }] }] };
  const pathAndQuery = '/v1beta/models/claude-sonnet-5:generateContent';
  const gemini = { target, pathAndQuery, routeType: 'GenerateContent' as RouteType };
  assert.equal(translated(contents, gemini).url, url);
  assert.throws(() => translated(hello, { target }), /model: must be given/);
});

test("an alias leads to another publisher's model", () => {
  const target = { ...on(undefined), modelAliases: { fast: 'gemini-3-flash', good: 'claude-sonnet-5' } };
  const urlOf = (model: string) => translated({ ...hello, model }, { target }).url;
  assert.match(urlOf('fast'), /publishers\/google\/models\/gemini-3-flash:generateContent$/);
  assert.match(urlOf('good'), /publishers\/anthropic\/models\/claude-sonnet-5:rawPredict$/);
});

test('ids of calls stay here: Gemini on Vertex AI goes by names and order', () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"id":"kept"}' } };
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'done' },
  ];
  const { body } = translated({ messages }, { target: on('gemini-2.5-pro') });
  assert.doesNotMatch(body, /call_1/);
  assert.match(body, /"functionCall":\{"name":"f","args":\{"id":"kept"\}\}/);
  assert.match(body, /"functionResponse":\{"name":"f",/);
});

test("errors of Google and of the model's vendor are told in the client's dialect", () => {
  const google = JSON.stringify([
    { error: { code: 403, message: 'no access', status: 'PERMISSION_DENIED' } },
  ]);
  const vendor = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } });
  const errorOf = (routeType: RouteType, status: number, body: string) => {
    const request = { ...hello, max_tokens: 9 };
    const call = translated(request, { target: on('claude-sonnet-5'), routeType });
    return JSON.parse(call.reply.error(status, body, 'application/json').body);
  };
  assert.deepEqual(errorOf('Messages', 403, google), {
    type: 'error',
    error: { type: 'permission_error', message: 'no access' },
  });
  assert.deepEqual(errorOf('Messages', 529, vendor), {
    type: 'error',
    error: { type: 'overloaded_error', message: 'busy' },
  });
  assert.equal(errorOf('Completions', 403, google).error.type, 'permission_error');
});
