/** Prompt guards on real sockets: what reaches the provider, what reaches the client, and that all that was used is charged. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../test/support/free-port.ts';
import type { Guard, PromptGuard } from '../../core/guard/model.ts';
import { dataPathWorld, type World } from '../data-path.fixture.ts';

type Json = Record<string, unknown>;
type Reply = { status?: number; type?: string; body: string };

interface Told {
  path: string;
  headers: Json;
  body: Json;
}

/** Answers by what was sent, and keeps it. */
async function server(t: TestContext, reply: (told: Told) => Reply): Promise<{ url: string; told: Told[] }> {
  const told: Told[] = [];
  const http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
    told.push({ path: incoming.url!, headers: incoming.headers, body });
    const { status = 200, type = 'application/json', body: answer } = reply(told.at(-1)!);
    outgoing.writeHead(status, { 'content-type': type });
    outgoing.end(answer);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, told };
}

const said = 'Write to jane@example.com, her number is 123-45-6789, bye.';
const event = (type: string, rest: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const usage = { input_tokens: 40, output_tokens: 80 };

/** Anthropic's, saying `said`. */
function provider({ body }: Told): Reply {
  if (body['stream'] !== true) {
    const content = [{ type: 'text', text: said }];
    return {
      body: JSON.stringify({ type: 'message', id: 'm', model: 'c', content, stop_reason: 'end_turn', usage }),
    };
  }
  const deltas = (said.match(/.{1,7}/g) ?? []).map((text) =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  );
  const events = [
    event('message_start', { message: { id: 'm', model: 'c', usage: { ...usage, output_tokens: 1 } } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...deltas,
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 80 } }),
    event('message_stop', {}),
  ];
  return { type: 'text/event-stream', body: events.join('') };
}

const rejection = { statusCode: 422, message: 'not here' };
const scope: Guard['scope'] = ['SystemPrompt', 'Messages'];
const regex = (action: 'Mask' | 'Reject', rest: object): Guard => ({
  check: { type: 'regex', action, builtins: [], matches: [], ...rest },
  scope,
  rejection,
});
const webhook = (origin: string | undefined, rest: object = {}): Guard => ({
  check: {
    type: 'webhook',
    origins: origin === undefined ? [] : [origin],
    headers: {},
    forward: [],
    failOpen: false,
    ...rest,
  },
  scope,
  rejection,
});

interface Guarded extends World {
  told: Told[];
  ask(content: string, body?: object): Promise<{ status: number; text: string }>;
}

const whole = (guards: Partial<PromptGuard>): PromptGuard => ({
  source: 'ns/guard',
  request: [],
  response: [],
  ...guards,
});

/** `first`: another provider, with guards of its own, that is tried before. */
async function guarded(
  t: TestContext,
  guards: Partial<PromptGuard>,
  first?: { origin: string; guards: Partial<PromptGuard> },
): Promise<Guarded> {
  const { url, told } = await server(t, provider);
  const promptGuard = whole(guards);
  const traffic =
    first === undefined ? { promptGuard } : { retry: { retries: 1, backoffMs: 0, codes: [503] } };
  const groups = first && [[{ origin: first.origin, guard: whole(first.guards) }], [{ guard: promptGuard }]];
  const world = await dataPathWorld(t, { origin: url, traffic, groups });
  const ask = async (content: string, body: object = {}) => {
    const answer = await fetch(`http://127.0.0.1:${world.port}/`, {
      method: 'POST',
      headers: { 'x-team': 'blue' },
      body: JSON.stringify({ messages: [{ role: 'user', content }], max_tokens: 200, ...body }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  return Object.assign(world, { told, ask });
}

/** What a client of chat completions puts together. */
function textOf(answer: string): string {
  if (!answer.startsWith('data:')) return JSON.parse(answer).choices[0].message.content;
  const chunks = answer.split('\n\n').filter((line) => line.startsWith('data: {'));
  return chunks.map((line) => JSON.parse(line.slice(6)).choices?.[0]?.delta?.content ?? '').join('');
}

const errorOf = (text: string) => JSON.parse(text).error as { message: string; code: string };

test('requests: masked before the provider sees them, or rejected before it is asked', async (t) => {
  const world = await guarded(t, {
    request: [
      regex('Reject', { matches: ['(?i)top secret'] }),
      regex('Mask', { builtins: ['Email', 'Ssn'] }),
    ],
  });
  assert.equal((await world.ask('I am jane@example.com, 123-45-6789')).status, 200);
  const [sent] = world.told[0]!.body['messages'] as { content: { text: string }[] }[];
  assert.equal(sent!.content[0]!.text, 'I am <EMAIL_ADDRESS>, <SSN>');
  const rejected = await world.ask('This is TOP SECRET');
  assert.equal(rejected.status, 422);
  assert.deepEqual(
    [errorOf(rejected.text).code, errorOf(rejected.text).message],
    ['guard_rejected', 'not here'],
  );
  assert.equal(world.told.length, 1);
  await world.end();
  assert.deepEqual(world.charged, [120]);
  assert.match(
    world.records[0]!.decisions.join(),
    /guard ns\/guard: masked <EMAIL_ADDRESS>, <SSN> in the request/,
  );
  assert.match(world.records[1]!.error!, /not here \(<masked>\)/);
  assert.equal(JSON.stringify(world.records).includes('jane@'), false);
});

test('scope: what a guard is not for it does not look at', async (t) => {
  const world = await guarded(t, {
    request: [{ ...regex('Reject', { builtins: ['Email'] }), scope: ['ToolOutput'] }],
  });
  assert.equal((await world.ask('I am jane@example.com')).status, 200);
  const tool = [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: '1', content: 'jane@example.com' },
  ];
  assert.equal((await world.ask('', { messages: [{ role: 'user', content: 'x' }, ...tool] })).status, 422);
});

test('answers: masked whole and streamed alike, and charged', async (t) => {
  const world = await guarded(t, { response: [regex('Mask', { builtins: ['Email', 'Ssn'] })] });
  for (const stream of [false, true]) {
    const { status, text } = await world.ask('x', { stream });
    assert.equal(status, 200);
    assert.equal(textOf(text), 'Write to <EMAIL_ADDRESS>, her number is <SSN>, bye.');
  }
  await world.end();
  assert.deepEqual(world.charged, [120, 120]);
  for (const { decisions } of world.records) assert.match(decisions.join(), /in the answer/);
});

test('answers: a rejected one is charged; a stream ends with an error before the match', async (t) => {
  const world = await guarded(t, { response: [regex('Reject', { builtins: ['Ssn'] })] });
  const plain = await world.ask('x');
  assert.deepEqual([plain.status, errorOf(plain.text).message], [422, 'not here']);
  const streamed = await world.ask('x', { stream: true });
  assert.equal(streamed.status, 200);
  assert.equal(textOf(streamed.text), 'Write to jane@example.com, her number is ');
  assert.match(streamed.text, /"message":"not here"/);
  assert.equal(streamed.text.includes('123-45'), false);
  await world.end();
  assert.equal(world.charged[0], 120);
  assert.ok(world.charged[1]! >= 40 + 10, 'input and what was written are charged');
});

test('webhooks: asked in agentgateway’s form, they pass, mask and reject', async (t) => {
  const asked = await server(t, ({ path, body }) => {
    const { messages, choices } = body['body'] as {
      messages?: { content: string }[];
      choices?: { message: { content: string } }[];
    };
    const content = (messages?.[0] ?? choices![0]!.message).content;
    if (content.includes('bad'))
      return { body: JSON.stringify({ action: { body: 'by the webhook', status_code: 451, reason: 'r' } }) };
    if (content.includes('fine')) return { body: JSON.stringify({ action: { reason: 'ok' } }) };
    const other = { role: 'user', content: `masked ${path}` };
    const masked = messages === undefined ? { choices: [{ message: other }] } : { messages: [other] };
    return { body: JSON.stringify({ action: { body: masked } }) };
  });
  const guard = webhook(asked.url, {
    headers: { ':path': "'/guard' + request.path", 'x-who': "'tollgate'" },
    forward: [
      { name: 'x-team', type: 'RegularExpression', value: 'bl.*' },
      { name: 'x-team', type: 'Exact', value: 'red' },
    ],
  });
  const world = await guarded(t, { request: [guard], response: [webhook(asked.url)] });
  for (const stream of [false, true]) {
    const { status, text } = await world.ask('mask me', { stream });
    assert.equal(status, 200, text);
    assert.equal(textOf(text), 'masked /response');
  }
  const [sent] = world.told[0]!.body['messages'] as { content: { text: string }[] }[];
  assert.equal(sent!.content[0]!.text, 'masked /guard/');
  assert.deepEqual(asked.told[0]!.body, { body: { messages: [{ role: 'user', content: 'mask me' }] } });
  assert.deepEqual([asked.told[0]!.headers['x-who'], asked.told[0]!.headers['x-team']], ['tollgate', 'blue']);
  assert.equal(asked.told[0]!.headers['authorization'], undefined);
  assert.equal((await world.ask('fine')).status, 200);
  const rejected = await world.ask('bad');
  assert.deepEqual([rejected.status, errorOf(rejected.text).message], [451, 'by the webhook']);
  await world.end();
  assert.deepEqual(world.charged, [120, 120, 120]);
});

test('a webhook that can not be asked, or makes no sense: refused, unless its policy lets calls pass', async (t) => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const answers = ['{}', 'html', '{"action":{"body":{"messages":[]}}}', '{"action":"pass"}'];
  let next = 0;
  const odd = await server(t, () => ({ body: answers[next++]! }));
  const failing = await server(t, () => ({ status: 500, body: '{"action":{}}' }));
  for (const origin of [undefined, nobody, odd.url, odd.url, odd.url, odd.url, failing.url]) {
    const world = await guarded(t, { request: [webhook(origin)] });
    const { status, text } = await world.ask('x');
    assert.deepEqual([status, errorOf(text).code], [503, 'guard_unavailable']);
    assert.equal(world.told.length, 0);
  }
  const open = await guarded(t, { request: [webhook(nobody, { failOpen: true })] });
  assert.equal((await open.ask('x')).status, 200);
  await open.end();
  assert.match(open.records[0]!.decisions.join(), /webhook passed over/);
  const late = await guarded(t, { response: [webhook(nobody)] });
  assert.equal((await late.ask('x')).status, 503);
  assert.equal((await late.ask('x', { stream: true })).status, 503);
  await late.end();
  assert.deepEqual(late.charged, [120, 120]);
});

test('moderation: flagged is rejected with the category in the log, no answer is refused', async (t) => {
  let flagged = true;
  const openai = await server(t, () => ({
    body: JSON.stringify({ results: [{ flagged, categories: { violence: flagged, hate: false } }] }),
  }));
  const check = {
    type: 'moderation' as const,
    url: `${openai.url}/v1/moderations`,
    model: 'omni',
    credential: { type: 'key' as const, value: 'sk-m' },
  };
  const world = await guarded(t, { request: [{ check, scope, rejection }] });
  assert.equal((await world.ask('x')).status, 422);
  assert.deepEqual(openai.told[0]!.body, { model: 'omni', input: ['x'] });
  assert.equal(openai.told[0]!.headers['authorization'], 'Bearer sk-m');
  flagged = false;
  assert.equal((await world.ask('x')).status, 200);
  await world.end();
  assert.match(world.records[0]!.error!, /moderation: violence/);
  const down = await guarded(t, {
    request: [{ check: { ...check, url: `http://127.0.0.1:${await freePort()}/` }, scope, rejection }],
  });
  assert.equal((await down.ask('x')).status, 503);
});

test('what can not be compiled or read is refused', async (t) => {
  const broken = await guarded(t, { request: [regex('Mask', { matches: ['('] })] });
  assert.deepEqual([(await broken.ask('x')).status, broken.told.length], [503, 0]);
  const world = await guarded(t, { request: [regex('Mask', { builtins: ['Email'] })] });
  const bad = await fetch(`http://127.0.0.1:${world.port}/`, { method: 'POST', body: 'no json' });
  assert.deepEqual([bad.status, world.told.length], [400, 0]);
});

test('failover: a masked request goes to the next provider masked, under the guards of that one', async (t) => {
  const failing = await server(t, () => ({ status: 503, body: '{}' }));
  const asked = await server(t, () => ({ body: '{"action":{"reason":"ok"}}' }));
  const world = await guarded(
    t,
    {
      request: [regex('Mask', { matches: ['bluebird'] })],
      response: [regex('Reject', { builtins: ['Ssn'] })],
    },
    {
      origin: failing.url,
      guards: { request: [regex('Mask', { builtins: ['Email'] }), webhook(asked.url)] },
    },
  );
  const { status, text } = await world.ask('jane@example.com of bluebird');
  assert.deepEqual([status, errorOf(text).code], [422, 'guard_rejected']);
  const sent = (told: Told) =>
    (told.body['messages'] as { content: { text: string }[] }[])[0]!.content[0]!.text;
  assert.equal(sent(failing.told[0]!), '<EMAIL_ADDRESS> of bluebird');
  assert.equal(sent(world.told[0]!), '<EMAIL_ADDRESS> of <masked>');
  assert.deepEqual([failing.told.length, asked.told.length, world.told.length], [1, 1, 1]);
  await world.end();
  assert.deepEqual(world.charged, [120]);
});
