/** A search on the web, from each API that asks for one to each that has one: what the golden files of the pairs do not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { clientCall, hello, target } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

const pathAndQuery = '/v1beta/models/m:generateContent';
const anthropic = target();
const gemini = target({ provider: 'gemini', model: 'gemini-2.5-flash' });
const responses = target({ provider: 'custom', model: 'm', formats: [{ type: 'Responses' }] });
const chat = target({ provider: 'custom', model: 'm', formats: [{ type: 'Completions' }] });
const searching = { ...chat, model: 'gpt-5-search-api' };

const place = { city: 'Oslo', country: 'NO' };
const tool = {
  type: 'web_search_20250305',
  name: 'web_search',
  max_uses: 3,
  blocked_domains: ['example.org'],
  user_location: { type: 'approximate', ...place },
};
const messages = (more: object = {}) => ({ max_tokens: 9, ...hello, tools: [tool], ...more });

function sent(routeType: RouteType, body: object, to: ReturnType<typeof target>) {
  const result = translateRequest(clientCall(body, { routeType, target: to, pathAndQuery }));
  return result.ok
    ? { body: JSON.parse(result.call.body), drops: result.call.drops }
    : { fault: [result.fault.path, result.fault.message] };
}

test('Anthropic’s search at the others', () => {
  const forced = messages({ tool_choice: { type: 'tool', name: 'web_search' } });
  const { body, drops } = sent('Messages', forced, responses);
  assert.deepEqual(body.tools, [{ type: 'web_search', user_location: { type: 'approximate', ...place } }]);
  assert.deepEqual([body.tool_choice, body.max_tool_calls], [{ type: 'web_search' }, 3]);
  assert.deepEqual(drops, ['web_search.blocked_domains']);
  const google = sent('Messages', messages(), gemini);
  assert.deepEqual(google.body.tools, [{ googleSearch: {} }]);
  assert.deepEqual(google.drops, [
    'web_search.max_uses',
    'web_search.blocked_domains',
    'web_search.user_location',
  ]);
  const known = sent('Messages', messages(), searching);
  assert.deepEqual(known.body.web_search_options, {
    user_location: { type: 'approximate', approximate: place },
  });
});

test('the others’ search at Anthropic', () => {
  const web_search = { type: 'web_search_20250305', name: 'web_search' };
  const own = {
    type: 'web_search',
    filters: { allowed_domains: ['example.com'] },
    user_location: { type: 'approximate', ...place },
    search_context_size: 'high',
  };
  const codex = sent(
    'Responses',
    { input: 'x', tools: [own], tool_choice: { type: 'web_search' } },
    anthropic,
  );
  assert.deepEqual(codex.body.tools, [
    {
      ...web_search,
      allowed_domains: ['example.com'],
      user_location: { type: 'approximate', ...place },
    },
  ]);
  assert.deepEqual(codex.body.tool_choice, { type: 'tool', name: 'web_search' });
  assert.deepEqual(codex.drops, ['search_context_size']);
  const inInput = [
    { type: 'additional_tools', tools: [{ type: 'web_search_preview' }] },
    { role: 'user', content: 'x' },
  ];
  assert.deepEqual(sent('Responses', { input: inInput }, anthropic).body.tools, [web_search]);
  const asked = sent('Completions', { ...hello, web_search_options: {} }, anthropic);
  assert.deepEqual([asked.body.tools, asked.drops], [[web_search], []]);
  const google = {
    contents: [{ parts: [{ text: 'x' }] }],
    tools: [{ google_search: { exclude_domains: ['a.com'] } }],
  };
  assert.deepEqual(sent('GenerateContent', google, anthropic).body.tools, [
    { ...web_search, blocked_domains: ['a.com'] },
  ]);
});

test('where nobody searches, Anthropic’s clients are refused and others told', () => {
  const bedrock = target({ provider: 'bedrock', model: 'amazon.nova-pro-v1:0', bedrock: {} });
  const look = { name: 'look', input_schema: { type: 'object' } };
  for (const [to, body] of [
    [bedrock, messages()],
    [chat, messages()],
    [gemini, messages({ tools: [tool, look] })],
  ] as const) {
    const { fault } = sent('Messages', body, to);
    assert.equal(fault?.[0], 'tools[0].type');
    assert.match(fault[1]!, /does not search the web/);
  }
  assert.deepEqual(sent('Responses', { input: 'x', tools: [{ type: 'web_search' }] }, chat).drops, [
    'tools[0] (web_search)',
  ]);
  assert.deepEqual(sent('Completions', { ...hello, web_search_options: {} }, bedrock).drops, [
    'web_search_options',
  ]);
});

test('a search in what is kept of the web only is nobody else’s; a client’s tool of the name goes before', () => {
  const kept = { type: 'web_search', external_web_access: false };
  const own = { type: 'function', name: 'web_search', parameters: { type: 'object' } };
  const at = (tools: object[]) => sent('Responses', { input: 'x', tools }, anthropic);
  assert.deepEqual(at([kept]).drops, ['tools[0] (web_search)']);
  const { body, drops } = at([{ ...kept, external_web_access: true }, own]);
  assert.equal(body.tools.length, 1);
  assert.ok('input_schema' in body.tools[0]);
  assert.deepEqual(drops, ['tools[0] (web_search)']);
});

test('OpenAI is asked in the API of its that searches, unless the model or the target’s path says which', () => {
  const openai = target({ provider: 'openai', model: 'gpt-5' });
  const call = (to: ReturnType<typeof target>, body: object = messages()) =>
    translateRequest(clientCall(body, { routeType: 'Messages', target: to }));
  const asked = call(openai);
  assert.ok(asked.ok);
  assert.equal(asked.call.url, 'http://127.0.0.1:1/v1/responses');
  assert.equal(JSON.parse(asked.call.body).tools[0].type, 'web_search');
  const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] }];
  const answer = JSON.stringify({ id: 'resp_1', output, usage: { input_tokens: 3, output_tokens: 2 } });
  const { body, usage } = asked.call.reply.plain(answer, 'application/json');
  assert.deepEqual(JSON.parse(body).content, [{ type: 'text', text: 'Hi' }]);
  assert.equal(usage?.inputTokens, 3);
  const known = call({ ...openai, model: 'gpt-5-search-api' });
  assert.ok(known.ok && known.call.url.endsWith('/v1/chat/completions'));
  const own = call({ ...openai, path: '/chat' });
  assert.equal(own.ok, false);
  const plain = call(openai, { max_tokens: 9, ...hello });
  assert.ok(plain.ok && plain.call.url.endsWith('/v1/chat/completions'));
});
