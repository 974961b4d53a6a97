/** Upstreams and callers that misbehave in every way at once, on shared connections: each call gets its own answer or a failure. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { type Transport, UpstreamFailure } from '../transport.ts';
import { rawServer, requestTo, transportOf } from './wire.fixture.ts';

/** Reproducible: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ways = [
  'length',
  'chunked',
  'until-close',
  'closing',
  'excess',
  'cut-head',
  'cut-body',
  'stalled',
  'silent',
  'nonsense',
] as const;
type Way = (typeof ways)[number];
/** What must come out whole when its caller lets it. */
const whole = new Set<Way>(['length', 'chunked', 'until-close', 'closing', 'excess']);

const bodyOf = (id: string) => `<${id}>`.repeat(1 + (Number(id) % 400));

function answerOf(way: Way, body: string): string {
  const head = `HTTP/1.1 200 OK\r\n${way === 'closing' ? 'connection: close\r\n' : ''}`;
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  if (way === 'nonsense') return 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n';
  if (way === 'silent') return '';
  if (way === 'until-close') return `${head}\r\n${body}`;
  if (way === 'chunked')
    return `${head}transfer-encoding: chunked\r\n\r\n${chunk(body.slice(0, 5))}${chunk(body.slice(5) || 'x').replace(/^1\r\nx\r\n$/, '')}0\r\n\r\n`;
  const answer = `${head}content-length: ${body.length}\r\n\r\n${body}`;
  if (way === 'excess') return `${answer}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`;
  if (way === 'cut-head') return answer.slice(0, 20);
  return way === 'cut-body' || way === 'stalled' ? answer.slice(0, -1) : answer;
}

async function serve(socket: Socket, request: string, random: () => number): Promise<void> {
  const [, way, id] = /^\S+ \/([a-z-]+)\/(\d+) /.exec(request) as unknown as [string, Way, string];
  const text = answerOf(way, bodyOf(id));
  for (let at = 0; at < text.length && !socket.destroyed; ) {
    const size = 1 + Math.floor(random() * text.length * 0.7);
    socket.write(text.slice(at, at + size), 'latin1');
    at += size;
    if (random() < 0.5) await turn();
  }
  if (way === 'cut-head' || way === 'cut-body' || way === 'until-close' || way === 'closing') socket.end();
}

type Caller = 'reads' | 'pauses' | 'leaves-before' | 'leaves-inside' | 'ignores';
const callers: Caller[] = [
  'reads',
  'reads',
  'reads',
  'pauses',
  'pauses',
  'leaves-before',
  'leaves-inside',
  'ignores',
];

async function call(
  transport: Transport,
  url: string,
  way: Way,
  id: string,
  caller: Caller,
): Promise<string> {
  // A busy machine makes nobody late whose answer must come.
  const limitMs = whole.has(way) ? 30_000 : 200;
  const limits = { headersTimeoutMs: limitMs, bodyIdleTimeoutMs: limitMs };
  const exchange = transport.send(requestTo(`${url}${way}/${id}`, limits));
  if (caller === 'leaves-before') setImmediate(() => exchange.abort());
  let body = '';
  try {
    const response = await exchange.response;
    if (caller === 'ignores') {
      await delay(5);
      exchange.abort();
      return 'left';
    }
    await response.stream((chunk) => {
      body += chunk.toString('latin1');
      if (caller === 'leaves-inside') exchange.abort();
      if (caller !== 'pauses') return true;
      setImmediate(() => response.resume());
      return false;
    });
    assert.equal(body, bodyOf(id), `${way} ${id}`);
    return 'whole';
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    assert.ok(bodyOf(id).startsWith(body), `${way} ${id}`);
    return error.kind;
  }
}

test('1,500 calls of all kinds over sixteen connections', async (t) => {
  const random = randomOf(7);
  const server = await rawServer(t, (socket, request) => void serve(socket, request, random));
  const transport = transportOf(t, { maxConnections: 16 });
  let next = 0;
  const drive = async () => {
    while (next < 1_500) {
      const id = String(next++);
      const way = ways[Math.floor(random() ** 2 * ways.length)]!;
      const caller = callers[Math.floor(random() * callers.length)]!;
      const end = await call(transport, server.url, way, id, caller);
      const patient = caller === 'reads' || caller === 'pauses';
      if (patient) assert.equal(end === 'whole', whole.has(way), `${way} ${id} ${caller}: ${end}`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, drive));
  const open = server.sockets.filter((socket) => !socket.closed);
  assert.ok(open.length <= 16, `${open.length} connections`);
  assert.ok(server.connections.some((requests) => requests.length > 3));
  await transport.close();
  await Promise.all(open.map((socket) => socket.closed || once(socket, 'close')));
});
