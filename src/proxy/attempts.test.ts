/** Several providers, several attempts, over real sockets: who is asked, what is charged, what the record tells. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ProviderTarget } from '../core/config/snapshot.ts';
import { defaultHealth, type RetryPolicy } from '../core/resilience/model.ts';
import {
  dataPathWorld,
  freePort,
  type Handler,
  scriptedServer,
  type World,
  type WorldOptions,
} from './data-path.fixture.ts';

const usage = { input_tokens: 40, output_tokens: 80 };
const message = { type: 'message', id: 'm', model: 'c', content: [{ type: 'text', text: 'Hi' }], usage };
const completion = {
  id: 'x',
  object: 'chat.completion',
  model: 'gpt',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};
const event = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const begun =
  event('message_start', {
    message: { id: 'm', model: 'c', usage: { input_tokens: 40, output_tokens: 1 } },
  }) +
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'words '.repeat(100) } });
const ended =
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 80 } }) +
  event('message_stop');

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify(body));
  };
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
const hang: Handler = () => undefined;
const hangUp: Handler = (incoming) => incoming.socket.destroy();
const cutStream =
  (text: string): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.flushHeaders();
    if (text === '') outgoing.destroy();
    else outgoing.write(text, () => outgoing.destroy());
  };
const stream: Handler = (_, outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  outgoing.end(begun + ended);
};

/** A provider that counts its calls. */
async function provider(t: TestContext, first: Handler) {
  const server = await scriptedServer(t);
  const counted = {
    url: server.url,
    calls: 0,
    behave: (next: Handler) =>
      server.behave((incoming, outgoing) => {
        counted.calls++;
        next(incoming, outgoing);
      }),
  };
  counted.behave(first);
  return counted;
}
type Provider = Awaited<ReturnType<typeof provider>>;

const retry: RetryPolicy = { retries: 1, backoffMs: 100 };
const target = ({ url }: Provider, more: Partial<ProviderTarget> = {}): Partial<ProviderTarget> => ({
  name: `ns/model/${more.name ?? url.slice(-4)}`,
  origin: url,
  health: defaultHealth,
  ...more,
});

/** The first provider alone in the first group, the second in the next; one retry unless `traffic` says otherwise. */
function twoGroups(
  t: TestContext,
  a: Provider,
  b: Provider,
  more: Partial<WorldOptions> = {},
): Promise<World> {
  return dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a, { name: 'ns/model/a' })], [target(b, { name: 'ns/model/b' })]],
    traffic: { retry },
    ...more,
  });
}

async function ask({ port }: World, body: object = {}) {
  const messages = [{ role: 'user', content: 'Say hello' }];
  const answered = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: JSON.stringify({ messages, max_tokens: 200, ...body }),
  });
  return {
    status: answered.status,
    headers: answered.headers,
    text: await answered.text().catch(() => 'cut off'),
  };
}

const failures: { name: string; first: Handler; body?: object; outcome: string; charged: boolean }[] = [
  { name: '500', first: answer(500, overloaded), outcome: 'refused', charged: false },
  {
    name: '429 with Retry-After',
    first: answer(429, overloaded, { 'retry-after': '30' }),
    outcome: 'refused',
    charged: false,
  },
  { name: 'a connection closed before the answer', first: hangUp, outcome: 'failed', charged: true },
  { name: 'no answer in time', first: hang, outcome: 'failed', charged: true },
  {
    name: 'an answer that is no JSON',
    first: (_, o) => void o.end('<html>'),
    outcome: 'failed',
    charged: true,
  },
  {
    name: 'a stream cut before its first byte',
    first: cutStream(''),
    body: { stream: true },
    outcome: 'failed',
    charged: true,
  },
];

test('a failed attempt is followed by one at the next group; one settlement charges both', async (t) => {
  for (const { name, first, body, outcome, charged } of failures) {
    await t.test(name, async (t) => {
      const a = await provider(t, first);
      const b = await provider(t, body === undefined ? answer(200, message) : stream);
      const world = await twoGroups(t, a, b, {
        groups: [
          [target(a, { name: 'ns/model/a', requestTimeoutMs: 80 })],
          [target(b, { name: 'ns/model/b' })],
        ],
      });
      const answered = await ask(world, body);
      assert.equal(answered.status, 200);
      assert.deepEqual([a.calls, b.calls], [1, 1]);
      await world.end();
      const [entry] = world.entries;
      assert.equal(world.entries.length, 1);
      const [one, two] = entry!.attempts!;
      assert.equal(entry!.attempts!.length, 2);
      assert.deepEqual([one!.provider, one!.outcome], ['ns/model/a', outcome]);
      assert.deepEqual([two!.provider, two!.outcome, two!.status], ['ns/model/b', 'ok', 200]);
      assert.equal(entry!.status, 200);
      assert.deepEqual(world.records[0]!.attempts!.length, 2);
      assert.equal(one!.usage?.estimated, charged ? true : undefined);
      assert.ok(one!.durationMs >= 0 && two!.startedAfterMs >= one!.startedAfterMs);
      const parts = [one!.usage, two!.usage].map((u) => (u ? u.inputTokens + u.outputTokens : 0));
      const { inputTokens, outputTokens, estimated } = entry!.llm!.usage!;
      assert.equal(inputTokens + outputTokens, parts[0]! + parts[1]!);
      assert.equal(parts[1], 120);
      assert.equal(parts[0]! > 0, charged);
      assert.equal(estimated, charged);
      assert.deepEqual(world.charged, [parts[0]! + 120]);
      assert.equal(world.records[0]!.error, undefined);
    });
  }
});

test('a provider that is nobody is passed over; nothing is charged for it', async (t) => {
  const b = await provider(t, answer(200, message));
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const world = await dataPathWorld(t, {
    origin: b.url,
    groups: [[target({ ...b, url: nobody })], [target(b)]],
    traffic: { retry },
  });
  assert.equal((await ask(world)).status, 200);
  assert.deepEqual(world.charged, [120]);
});

test('nothing is tried again once a byte has reached the client', async (t) => {
  const a = await provider(t, cutStream(begun));
  const b = await provider(t, stream);
  const world = await twoGroups(t, a, b);
  const { status, text } = await ask(world, { stream: true });
  assert.equal(status, 200);
  assert.match(text, /words/);
  assert.match(text, /error/);
  await world.end();
  assert.deepEqual([a.calls, b.calls], [1, 0]);
  const [entry] = world.entries;
  assert.equal(entry!.attempts!.length, 1);
  assert.equal(entry!.attempts![0]!.outcome, 'failed');
  assert.equal(world.charged.length, 1);
  assert.ok(world.charged[0]! >= 140);
});

test('the client’s own faults are neither tried again nor held against the provider', async (t) => {
  const a = await provider(t, answer(400, overloaded));
  const b = await provider(t, answer(200, message));
  const world = await twoGroups(t, a, b);
  for (let i = 0; i < 8; i++) assert.equal((await ask(world)).status, 400);
  assert.deepEqual([a.calls, b.calls], [8, 0]);
});

test('without a retry a call has one attempt; a provider that keeps failing is left out, and comes back', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  let nowMs = Date.now();
  const world = await twoGroups(t, a, b, { traffic: {}, options: { nowMs: () => nowMs } });
  for (let i = 0; i < 5; i++) assert.equal((await ask(world)).status, 500);
  for (let i = 0; i < 3; i++) assert.equal((await ask(world)).status, 200);
  assert.deepEqual([a.calls, b.calls], [5, 3]);
  nowMs += 2_999;
  await ask(world);
  assert.equal(a.calls, 5);
  nowMs += 1;
  assert.equal((await ask(world)).status, 500);
  assert.equal((await ask(world)).status, 200);
  nowMs += 6_000;
  a.behave(answer(200, message));
  assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 7);
  await world.end();
  const ejections = world.records.flatMap(({ attempts }) =>
    attempts!.flatMap((each) => each.ejectedMs ?? []),
  );
  assert.deepEqual(ejections, [3_000, 6_000]);
});

test('a provider that says when to come back is not asked before', async (t) => {
  const a = await provider(t, answer(429, overloaded, { 'retry-after': '20' }));
  let nowMs = Date.now();
  const world = await dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a)]],
    traffic: { retry },
    options: { nowMs: () => nowMs },
  });
  const first = await ask(world);
  assert.deepEqual([first.status, first.headers.get('retry-after')], [429, '20']);
  nowMs += 5_000;
  const second = await ask(world);
  assert.deepEqual(
    [second.status, second.text, second.headers.get('retry-after')],
    [503, 'no healthy backends', '15'],
  );
  assert.equal(a.calls, 1);
  nowMs += 15_000;
  a.behave(answer(200, message));
  assert.equal((await ask(world)).status, 200);
});

test('the same provider is asked again after the backoff, or when it asked to be', async (t) => {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const a = await provider(t, answer(503, overloaded));
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry: { retries: 3, backoffMs: 100 } },
    options: { sleep },
  });
  assert.equal((await ask(world)).status, 503);
  assert.equal(a.calls, 4);
  assert.deepEqual(pauses, [125, 250, 500]);
  pauses.length = 0;
  a.behave(answer(503, overloaded, { 'retry-after-ms': '1500' }));
  await ask(world);
  assert.deepEqual(pauses, [1_500, 1_500, 1_500]);
  a.behave(answer(503, overloaded, { 'retry-after': '600' }));
  pauses.length = 0;
  const refused = await ask(world);
  assert.deepEqual([refused.status, refused.headers.get('retry-after'), pauses], [503, '600', []]);
});

test('codes, condition and precondition decide what is tried again', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  const cases: [more: Partial<RetryPolicy>, status: number][] = [
    [{ codes: [503] }, 500],
    [{ codes: [500] }, 200],
    [{ condition: 'response.code == 500 && llm.requestModel == "claude-sonnet-5"' }, 200],
    [{ condition: 'response.headers["x-again"] == "1"' }, 500],
    [{ precondition: 'request.method == "GET"' }, 500],
    [{ precondition: 'request.method == "POST"' }, 200],
  ];
  for (const [more, status] of cases) {
    const world = await twoGroups(t, a, b, { traffic: { retry: { ...retry, ...more } } });
    assert.equal((await ask(world)).status, status, JSON.stringify(more));
  }
});

test('an unhealthy answer is what the condition says', async (t) => {
  const a = await provider(t, answer(404, overloaded));
  const b = await provider(t, answer(200, message));
  const health = { ejectionMs: 3_000, unhealthyCondition: 'response.code == 404' };
  const groups = [[target(a, { health })], [target(b)]];
  const world = await dataPathWorld(t, { origin: a.url, groups });
  assert.equal((await ask(world)).status, 404);
  assert.equal((await ask(world)).status, 200);
});

test('the next provider may speak another dialect and serve another model', async (t) => {
  const a = await provider(t, answer(529, overloaded));
  const b = await provider(t, answer(200, completion));
  const world = await dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a)], [target(b, { provider: 'openai', model: 'gpt-5.1' })]],
    traffic: { retry },
  });
  const { status, text } = await ask(world);
  assert.equal(status, 200);
  assert.equal(JSON.parse(text).choices[0].message.content, 'Hello');
  await world.end();
  const { llm, attempts, endpoint } = world.records[0]!;
  assert.deepEqual([llm!.provider, llm!.requestModel, endpoint], ['openai', 'gpt-5.1', b.url.slice(7)]);
  assert.deepEqual(
    attempts!.map(({ model }) => model),
    ['claude-sonnet-5', 'gpt-5.1'],
  );
  assert.deepEqual(world.charged, [15]);
});

test('retries are at most a fifth of the calls, however much fails', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const nowMs = Date.now();
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry: { retries: 3, backoffMs: 1 } },
    options: { nowMs: () => nowMs, sleep: async () => undefined },
  });
  const calls = 50;
  for (let i = 0; i < calls; i++) assert.equal((await ask(world)).status, 500);
  assert.ok(a.calls <= calls + 10 + calls * 0.2, `${a.calls} attempts`);
  assert.ok(a.calls >= calls + 15);
  await world.end();
  assert.match(world.records.at(-1)!.decisions.join(), /too many calls are being retried/);
});

test('a call has so long, with all its attempts; an attempt may have its own time', async (t) => {
  const a = await provider(t, hang);
  const b = await provider(t, hang);
  const total = await twoGroups(t, a, b, { rule: { requestTimeoutMs: 120, traffic: traffic({ retry }) } });
  assert.equal((await ask(total)).status, 504);
  assert.deepEqual([a.calls, b.calls], [1, 0]);
  b.behave(answer(200, message));
  const each = await twoGroups(t, a, b, { rule: { attemptTimeoutMs: 80, traffic: traffic({ retry }) } });
  assert.equal((await ask(each)).status, 200);
});

const traffic = (more: object) => ({ broken: [], authorization: [], budgets: [], ...more });

test('a stream that falls silent, or goes on for too long, is ended in the client’s dialect', async (t) => {
  const a = await provider(t, (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(begun);
  });
  const silent = await dataPathWorld(t, { origin: a.url, groups: [[{ idleTimeoutMs: 100 }]] });
  const { status, text } = await ask(silent, { stream: true });
  assert.equal(status, 200);
  assert.match(text, /error/);
  assert.equal(silent.charged.length, 1);
  a.behave((_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(begun);
    const timer = setInterval(() => outgoing.write(': ping\n\n'), 10);
    outgoing.on('close', () => clearInterval(timer));
  });
  const endless = await dataPathWorld(t, {
    origin: a.url,
    rule: { requestTimeoutMs: 150, traffic: traffic({}) },
  });
  assert.match((await ask(endless, { stream: true })).text, /error/);
  await endless.end();
  assert.match(endless.records[0]!.error!, /too long/);
});

test('a client that leaves during a pause: no other attempt, one settlement', async (t) => {
  const a = await provider(t, answer(503, overloaded));
  const paused = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry },
    options: {
      sleep: () => {
        paused.resolve();
        return goOn.promise;
      },
    },
  });
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] });
  const client = connect(world.port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await paused.promise;
  client.destroy();
  // Another call is served only after the gateway has seen that the first one's connection is gone.
  await fetch(`http://127.0.0.1:${world.port}/`).then((answered) => answered.text());
  goOn.resolve();
  await world.end();
  assert.equal(a.calls, 1);
  assert.equal(world.entries.length, 1);
  assert.equal(world.records.at(-1)!.attempts!.length, 1);
});

test('a change of the configuration does not bring back a provider that is out', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  const world = await twoGroups(t, a, b);
  for (let i = 0; i < 5; i++) assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 5);
  await world.reapply();
  assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 5);
});
