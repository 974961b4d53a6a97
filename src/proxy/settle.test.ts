/** Whatever way a call ends: one entry in the ledger, one charge for what was used, none for what was not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../test/support/free-port.ts';
import { type RateLimitRequest, RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { dataPathWorld, type Handler, scriptedServer, type World } from './data-path.fixture.ts';

const usage = { input_tokens: 40, output_tokens: 80 };
const message = { type: 'message', id: 'm', model: 'c', content: [{ type: 'text', text: 'Hi' }], usage };
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
  (status: number, body: unknown): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json' });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const stream =
  (text: string, cut = false): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(text, () => (cut ? outgoing.destroy() : outgoing.end()));
  };

async function call({ port }: World, body: object | string = {}): Promise<{ status: number; text: string }> {
  const messages = [{ role: 'user', content: 'Say hello' }];
  const answered = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify({ messages, max_tokens: 200, ...body }),
  });
  return { status: answered.status, text: await answered.text().catch(() => 'cut off') };
}

interface Ending {
  name: string;
  provider: Handler;
  body?: object;
  status: number;
  /** Total tokens, or a range for estimates. */
  charged: number | [least: number, most: number];
}

const endings: Ending[] = [
  { name: 'a plain answer', provider: answer(200, message), status: 200, charged: 120 },
  {
    name: 'a stream',
    provider: stream(begun + ended),
    body: { stream: true },
    status: 200,
    charged: 120,
  },
  {
    name: 'an answer without usage is estimated',
    provider: answer(200, { ...message, usage: undefined }),
    status: 200,
    charged: [5, 240],
  },
  { name: 'a refusal uses nothing', provider: answer(529, { type: 'error' }), status: 529, charged: 0 },
  {
    name: 'an answer that is no JSON was paid for all the same',
    provider: answer(200, '<html>'),
    status: 502,
    charged: [5, 240],
  },
  {
    name: 'a connection closed before an answer: what the provider did is not known',
    provider: (incoming) => incoming.socket.destroy(),
    status: 503,
    charged: [5, 240],
  },
  {
    name: 'an answer cut in its middle',
    provider: (_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      outgoing.write('{"type":', () => outgoing.destroy());
    },
    status: 502,
    charged: [5, 240],
  },
  {
    name: 'a stream cut in its middle: input and what was delivered',
    provider: stream(begun, true),
    body: { stream: true },
    status: 200,
    charged: [140, 240],
  },
  {
    name: 'a stream that ends without saying so',
    provider: stream(begun),
    body: { stream: true },
    status: 200,
    charged: [140, 240],
  },
];

test('each ending is entered and charged once', async (t) => {
  const provider = await scriptedServer(t);
  for (const { name, provider: behaviour, body, status, charged } of endings) {
    await t.test(name, async (t) => {
      provider.behave(behaviour);
      const world = await dataPathWorld(t, { origin: provider.url });
      assert.equal((await call(world, body)).status, status);
      await world.end();
      assert.equal(world.entries.length, 1);
      const { usage: entered } = world.entries[0]!.llm!;
      const total = world.charged.reduce((sum, tokens) => sum + tokens, 0);
      assert.equal(total, entered!.inputTokens + entered!.outputTokens);
      assert.ok(world.charged.length <= 1, 'charged once');
      const [least, most] = typeof charged === 'number' ? [charged, charged] : charged;
      assert.ok(total >= least && total <= most, `${total} tokens`);
      assert.equal(entered!.estimated, typeof charged !== 'number');
      assert.deepEqual(
        world.records.map(({ status }) => status),
        [status],
      );
    });
  }
});

test('a provider that cannot be reached used nothing', async (t) => {
  const world = await dataPathWorld(t, { origin: `http://127.0.0.1:${await freePort()}` });
  const refused = await call(world);
  assert.equal(refused.status, 503);
  assert.match(refused.text, /^upstream call failed: Connect: Connection refused$/);
  assert.deepEqual(world.charged, []);
  const [entry, ...others] = world.entries;
  assert.deepEqual([entry?.status, entry?.reason, others], [503, 'UpstreamFailure', []]);
  assert.match(entry?.error ?? '', /Connection refused/);
});

test('a provider that is too slow is given up on and charged by estimate', async (t) => {
  const provider = await scriptedServer(t);
  provider.behave(() => undefined);
  const world = await dataPathWorld(t, { origin: provider.url, rule: { requestTimeoutMs: 60 } });
  assert.equal((await call(world)).status, 504);
  assert.deepEqual(
    world.entries.map(({ status, reason }) => [status, reason]),
    [[504, 'UpstreamFailure']],
  );
  assert.equal(world.entries[0]!.llm!.usage!.estimated, true);
  assert.equal(world.charged.length, 1);
});

test('a client that leaves inside a stream: the provider is hung up on, the charge is made once', async (t) => {
  const provider = await scriptedServer(t);
  const hungUp = new Promise((resolve) =>
    provider.behave((_, outgoing) => {
      outgoing.on('close', resolve);
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(begun);
    }),
  );
  const world = await dataPathWorld(t, { origin: provider.url });
  const body = JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Say hello' }] });
  const client = connect(world.port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await once(client, 'data');
  client.destroy();
  await hungUp;
  await world.end();
  assert.equal(world.entries.length, 1);
  assert.equal(world.charged.length, 1);
  assert.ok(world.charged[0]! >= 140);
  assert.match(world.records[0]!.error ?? '', /left inside the stream/);
});

test('a client that leaves before a plain answer: a grace to finish, charged as reported', async (t) => {
  const provider = await scriptedServer(t);
  const arrived = Promise.withResolvers<() => void>();
  provider.behave((incoming, outgoing) =>
    arrived.resolve(() => answer(200, message)(incoming, outgoing as never)),
  );
  const world = await dataPathWorld(t, { origin: provider.url });
  const leaving = new AbortController();
  const called = fetch(`http://127.0.0.1:${world.port}/`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] }),
    signal: leaving.signal,
  });
  const finish = await arrived.promise;
  leaving.abort();
  await assert.rejects(called);
  finish();
  await world.end();
  assert.deepEqual(world.charged, [120]);
  assert.equal(world.entries.length, 1);
  assert.equal(world.entries[0]!.llm!.usage!.estimated, false);
});

test('refused before the provider: neither charge nor entry without a key', async (t) => {
  const provider = await scriptedServer(t);
  provider.behave(() => assert.fail('the provider was called'));
  const limits = { maxRequestBytes: 1_000 };
  const world = await dataPathWorld(t, { origin: provider.url, options: { limits } });
  for (const [body, status] of [
    ['{"messages": [', 400],
    ['{}', 400],
    ['x'.repeat(2_000), 413],
  ] as const) {
    assert.equal((await call(world, body)).status, status);
  }
  await world.end();
  assert.deepEqual([world.charged, world.entries], [[], []]);
  assert.deepEqual(
    world.records.map(({ status }) => status),
    [400, 400, 413],
  );
});

test('a rate limit service that fails: closed before the call, the charge kept after it', async (t) => {
  const provider = await scriptedServer(t);
  provider.behave(answer(200, message));
  const isCheck = (request: RateLimitRequest) => request.descriptors[0]!.hitsAddend === 0;
  const down = () => {
    throw new RateLimitUnavailable('down');
  };
  const closed = await dataPathWorld(t, { origin: provider.url, rateLimit: down });
  assert.deepEqual(await call(closed), { status: 500, text: 'rate limit failed' });
  assert.equal(closed.undelivered.length, 0);
  const within = { overallCode: 'OK' as const, statuses: [], responseHeadersToAdd: [] };
  const later = await dataPathWorld(t, {
    origin: provider.url,
    rateLimit: (request) => (isCheck(request) ? within : down()),
  });
  assert.equal((await call(later)).status, 200);
  assert.deepEqual(
    later.undelivered.map(({ descriptors }) => descriptors[0]!.hitsAddend),
    [120],
  );
});
