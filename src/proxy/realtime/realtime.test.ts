/** Realtime sessions on real sockets: what passes, how they end, and that each end is charged once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../../../test/support/free-port.ts';
import type { PromptGuard } from '../../core/guard/model.ts';
import { dataPathWorld, type World } from '../data-path.fixture.ts';

const event = (type: string, rest: object = {}) => JSON.stringify({ type, ...rest });
const usage = { input_tokens: 100, output_tokens: 40 };

interface Session {
  request: IncomingMessage;
  socket: WebSocket;
}

/** Repeats binary messages; answers `response.create` with a response; does what else it is told. */
async function provider(t: TestContext): Promise<{ url: string; sessions: Session[] }> {
  const sessions: Session[] = [];
  const http = createServer((_, response) => response.writeHead(404).end('{}'));
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (request.url!.includes('refuse-me')) {
      const body = '{"error":{"message":"no such model"}}';
      return socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    }
    server.handleUpgrade(request, socket, head, (opened) => {
      sessions.push({ request, socket: opened });
      opened.send(event('session.created'));
      opened.on('message', (data, isBinary) => answer(opened, data as Buffer, isBinary));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    for (const { socket } of sessions) socket.terminate();
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, sessions };
}

function answer(socket: WebSocket, data: Buffer, isBinary: boolean): void {
  if (isBinary) return void socket.send(data);
  const { type } = JSON.parse(data.toString()) as { type: string };
  if (type === 'die') return void socket.terminate();
  if (type === 'bye') return void socket.close(4_000, 'bye');
  socket.send(event('response.created'));
  socket.send(event('response.output_text.delta', { delta: 'x'.repeat(400) }));
  if (type === 'response.create') socket.send(event('response.done', { response: { usage } }));
}

interface Opened {
  socket: WebSocket;
  /** Types of what came, in order; `(n)` for n bytes. */
  seen: string[];
  until(type: string): Promise<void>;
  ended: Promise<[code: number, reason: string]>;
}

async function open(
  world: World,
  path = '/v1/realtime?model=gpt-realtime',
  protocols: string[] = [],
): Promise<Opened> {
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}${path}`, protocols);
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data, isBinary) => {
    seen.push(
      isBinary ? `(${(data as Buffer).length})` : (JSON.parse(String(data)) as { type: string }).type,
    );
    for (const look of waiting) look();
  });
  const ended = once(socket, 'close').then(([code, reason]): [number, string] => [code, String(reason)]);
  const until = (type: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!seen.includes(type)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  await once(socket, 'open');
  return { socket, seen, until, ended };
}

/** The answer to an attempt that is refused. */
function refused(world: World, path: string): Promise<[status: number, body: string]> {
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}${path}`);
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('unexpected-response', async (_, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve([response.statusCode!, body]);
    });
  });
}

const world = (t: TestContext, origin: string, rest: object = {}) =>
  dataPathWorld(t, { origin, groups: [[{ provider: 'openai', model: undefined, ...rest }]] });

async function settled(of: World, count = 1): Promise<void> {
  while (of.entries.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('events and sound pass in both directions; the session is charged as its responses report', async (t) => {
  const { url, sessions } = await provider(t);
  const path = await world(t, url);
  const session = await open(path, undefined, ['realtime', 'openai-insecure-api-key.tg_mine']);
  assert.equal(session.socket.protocol, 'realtime');
  session.socket.send(Buffer.alloc(300_000));
  await session.until('(300000)');
  for (const type of ['response.create', 'response.create']) session.socket.send(event(type));
  while (session.seen.filter((type) => type === 'response.done').length < 2)
    await session.until('response.done').then(() => new Promise(setImmediate));
  session.socket.close(1000, 'done');
  await settled(path);
  await path.end();
  const [{ request }] = sessions as [Session];
  assert.deepEqual(
    [request.url, request.headers.authorization],
    ['/v1/realtime?model=gpt-realtime', 'Bearer sk-upstream'],
  );
  assert.equal(String(request.headers['sec-websocket-protocol']), 'realtime');
  assert.deepEqual(path.charged, [280]);
  const [{ status, llm }] = path.records as [World['records'][0]];
  assert.deepEqual([status, llm!.operation, llm!.usage!.estimated], [101, 'realtime', false]);
});

test('either side may end it: the code is told, what was not reported is estimated', async (t) => {
  const { url } = await provider(t);
  for (const [how, code] of [
    ['bye', 4_000],
    ['die', 1_011],
  ] as const) {
    const path = await world(t, url);
    const session = await open(path);
    session.socket.send(event('half'));
    await session.until('response.output_text.delta');
    session.socket.send(event(how));
    assert.equal((await session.ended)[0], code);
    await settled(path);
    assert.deepEqual(path.charged, [100]);
    assert.equal(path.entries[0]!.llm!.usage!.estimated, true);
  }
  const path = await world(t, url);
  const session = await open(path);
  session.socket.send(event('half'));
  await session.until('response.output_text.delta');
  session.socket.terminate();
  await settled(path);
  assert.deepEqual(path.charged, [100]);
});

test('a session that is not opened: the provider’s own refusal, or ours', async (t) => {
  const { url } = await provider(t);
  const path = await world(t, url);
  const [status, body] = await refused(path, '/v1/realtime?model=refuse-me');
  assert.deepEqual([status, JSON.parse(body).error.message], [404, 'no such model']);
  assert.equal((await refused(path, '/v1/realtime'))[0], 400);
  const plain = await fetch(`http://127.0.0.1:${path.port}/v1/realtime?model=m`);
  assert.deepEqual([plain.status, plain.headers.get('upgrade')], [426, 'websocket']);
  assert.equal(
    (await fetch(`http://127.0.0.1:${path.port}/v1/chat/completions`, { headers: { connection: 'close' } }))
      .status,
    400,
  );
  const nobody = await world(t, `http://127.0.0.1:${await freePort()}`);
  assert.equal((await refused(nobody, '/v1/realtime?model=m'))[0], 503);
  const anthropic = await dataPathWorld(t, { origin: url });
  assert.equal((await refused(anthropic, '/v1/realtime?model=m'))[0], 501);
  await path.end();
  assert.deepEqual(path.charged, []);
});

test('a guarded route opens none: what is said in it would pass unseen', async (t) => {
  const { url, sessions } = await provider(t);
  const check = {
    type: 'regex' as const,
    action: 'Mask' as const,
    builtins: ['Email' as const],
    matches: [],
  };
  const rejection = { statusCode: 403, message: 'no' };
  for (const where of ['request', 'response']) {
    const guard: PromptGuard = {
      source: 'ns/g',
      request: [],
      response: [],
      [where]: [{ check, scope: [], rejection }],
    };
    assert.equal((await refused(await world(t, url, { guard }), '/v1/realtime?model=m'))[0], 403);
  }
  assert.equal(sessions.length, 0);
});

test('stopping ends sessions after the grace', async (t) => {
  const { url } = await provider(t);
  const path = await world(t, url);
  const session = await open(path);
  await path.end();
  assert.equal((await session.ended)[0], 1006);
});
