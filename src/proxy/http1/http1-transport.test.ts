/** Connections: what is sent on them, when they are used again, and when they are not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { UpstreamFailure, type UpstreamRequest } from '../transport.ts';
import { createUndiciTransport } from '../undici-transport.ts';
import { createHttp1Transport } from './http1-transport.ts';
import { outcomeOf, rawServer, requestTo, transportOf } from './wire.fixture.ts';

const hello = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';
const kindOf = (kind: UpstreamFailure['kind']) => (error: unknown) =>
  error instanceof UpstreamFailure && error.kind === kind;

/** What was sent to the client of `socket` has been read there, and what that changes has happened. */
async function read(socket: Socket): Promise<void> {
  while (socket.writableLength > 0) await once(socket, 'drain');
  await turns();
}

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

test('requests are written byte for byte as undici writes them', async (t) => {
  const server = await rawServer(t, (socket) => void socket.write(hello));
  const json = { 'content-type': 'application/json', 'X-Api-Key': 'k', accept: '*/*' };
  const asked = [
    requestTo(server.url),
    requestTo(`${server.url}v1/messages?a=b%20c`, { method: 'POST', headers: json, body: '{"a":"b"}' }),
    requestTo(server.url, { method: 'POST', headers: json, body: '{"a":"é\u{1f600}"}' }),
    requestTo(server.url, { method: 'POST', headers: { ...json, 'x-name': 'caf\xe9' }, body: '{"a":"é"}' }),
    requestTo(server.url, { method: 'POST', headers: json, body: Buffer.from([0, 1, 0xff]) }),
    requestTo(server.url, { method: 'POST', headers: json, body: `"${'x'.repeat(100_000)}"` }),
    requestTo(server.url, { method: 'POST', headers: json, body: `"${'é'.repeat(100_000)}"` }),
    requestTo(server.url, { method: 'POST', headers: json, body: `"\ud800 \udc00\ud83d" \ud83d\ude00` }),
    requestTo(server.url, { method: 'POST', headers: json, body: null }),
    requestTo(server.url, { method: 'DELETE', headers: { host: 'elsewhere.example' }, body: null }),
    requestTo(server.url, { method: 'GET', headers: { 'content-length': '2' }, body: 'ab' }),
    requestTo(server.url, { headers: { 'set-cookie': ['a=b', 'c=d'] as unknown as string } }),
    requestTo(server.url.slice(0, -1)),
  ];
  const sent: string[][] = [];
  for (const create of [createHttp1Transport, createUndiciTransport]) {
    const transport = transportOf(t, {}, create);
    const before = server.requests.length;
    for (const request of asked)
      assert.partialDeepStrictEqual(await outcomeOf(transport, request), { body: 'hello' });
    sent.push(server.requests.slice(before));
  }
  assert.equal(sent[0]!.length, asked.length);
  for (const [i, text] of sent[0]!.entries()) assert.ok(text === sent[1]![i], `${i}: ${text.slice(0, 300)}`);
});

test('HEAD asks for the connection to be closed', async (t) => {
  const server = await rawServer(
    t,
    (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
  );
  const transport = transportOf(t);
  for (let i = 0; i < 2; i++) {
    const outcome = await outcomeOf(transport, requestTo(server.url, { method: 'HEAD' }));
    assert.partialDeepStrictEqual(outcome, { status: 200, body: '' });
  }
  assert.equal(server.connections.length, 2);
  assert.match(server.connections[0]![0]!, /\r\nconnection: close\r\n/);
});

test('what would be another request is not sent', async (t) => {
  const server = await rawServer(t, (socket) => void socket.write(hello));
  for (const create of [createHttp1Transport, createUndiciTransport]) {
    const transport = transportOf(t, {}, create);
    const refused: Partial<UpstreamRequest>[] = [
      { headers: { a: 'b\r\nc: d' } },
      { headers: { 'a\r\nb': 'c' } },
      { headers: { a: 'b\0' } },
      { headers: { a: '\u{1f600}' } },
      { headers: { '': 'c' } },
      { headers: { 'transfer-encoding': 'chunked' } },
      { headers: { expect: '100-continue' } },
      { headers: { upgrade: 'x' } },
      { headers: { 'keep-alive': 'x' } },
      { headers: { host: 'a', Host: 'b' } },
      { method: 'POST', body: 'abc', headers: { 'content-length': '2' } },
      { method: 'GET X' },
      { method: '' },
      { url: `${server.url}a b` },
      { url: `${server.url}a\r\nb` },
      { url: 'ftp://127.0.0.1/' },
      { url: 'http://' },
    ];
    for (const more of refused) {
      const outcome = await outcomeOf(transport, requestTo(server.url, more));
      assert.equal(
        'failure' in outcome && outcome.failure !== 'cut',
        true,
        `${create.name} ${JSON.stringify(more)}`,
      );
    }
  }
  assert.deepEqual(server.requests, []);
});

test('a connection serves one request after another; what closes it is not met by the next one', async (t) => {
  const answers = [
    hello,
    hello,
    hello.replace('\r\n', '\r\nconnection: close\r\n'),
    hello,
    'HTTP/1.1 200 OK\r\n\r\nold',
  ];
  const server = await rawServer(t, (socket, _, count) => {
    socket.write(answers[count]!);
    if (count === 4) socket.end();
  });
  const transport = transportOf(t);
  const bodies: unknown[] = [];
  for (const _ of answers) bodies.push(await outcomeOf(transport, requestTo(server.url)));
  assert.deepEqual(
    bodies.map((each) => (each as { body: string }).body),
    ['hello', 'hello', 'hello', 'hello', 'old'],
  );
  assert.deepEqual(
    server.connections.map((requests) => requests.length),
    [3, 2],
  );
});

test('bytes behind an answer are nobody’s: the connection ends', async (t) => {
  const poison = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison';
  const server = await rawServer(
    t,
    (socket, _, count) => void socket.write(count === 0 ? hello + poison : hello),
  );
  const transport = transportOf(t);
  for (let i = 0; i < 2; i++)
    assert.partialDeepStrictEqual(await outcomeOf(transport, requestTo(server.url)), { body: 'hello' });
  assert.equal(server.connections.length, 2);
});

test('bytes that come later, or an end, before the next request: it goes elsewhere', async (t) => {
  const server = await rawServer(t, (socket) => void socket.write(hello));
  const transport = transportOf(t);
  const ask = () => outcomeOf(transport, requestTo(server.url));
  await ask();
  // From a timer: of the bytes only the kernel knows when the request is made, and the event loop looks there next.
  await delay(1);
  server.sockets[0]!.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison');
  assert.partialDeepStrictEqual(await ask(), { body: 'hello' });
  assert.equal(server.connections.length, 2);
  server.sockets[1]!.end();
  await read(server.sockets[1]!);
  assert.partialDeepStrictEqual(await ask(), { body: 'hello' });
  assert.equal(server.connections.length, 3);
});

test('a connection that was paused when its answer ended serves the next request', async (t) => {
  const chunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n';
  const server = await rawServer(t, (socket) => {
    socket.write(chunks);
    setImmediate(() => socket.write('0\r\n\r\n'));
  });
  const transport = transportOf(t);
  for (let i = 0; i < 3; i++) {
    const response = await transport.send(requestTo(server.url)).response;
    let body = '';
    await response.stream((chunk) => {
      body += chunk.toString();
      setImmediate(() => response.resume());
      return false;
    });
    // Of a call that is over: it is not the connection's any more.
    response.resume();
    assert.equal(body, 'hello');
  }
  assert.equal(server.connections.length, 1);
});

test('limits: others wait for a connection, in order; who is called off while waiting is never sent', async (t) => {
  const waiting: Socket[] = [];
  const server = await rawServer(t, (socket) => void waiting.push(socket));
  const transport = transportOf(t, { maxConnections: 2 });
  const exchanges = ['a', 'b', 'c', 'd', 'e'].map((path) => transport.send(requestTo(server.url + path)));
  const texts = exchanges.map(({ response }) => response.then((answer) => answer.text(100)));
  exchanges[2]!.abort();
  await assert.rejects(texts[2]!, kindOf('aborted'));
  for (let answered = 0; answered < 4; answered++) {
    while (waiting.length === 0) await turn();
    waiting.shift()!.write(hello);
  }
  assert.deepEqual(await Promise.all(texts.filter((_, i) => i !== 2)), ['hello', 'hello', 'hello', 'hello']);
  assert.equal(server.connections.length, 2);
  const paths = server.connections.flat().map((request) => request.split(' ')[1]);
  assert.deepEqual(paths.sort(), ['/a', '/b', '/d', '/e']);
});

test('an answer before its request was taken: the connection is not used again', async (t) => {
  const early = 'HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n';
  const server = await rawServer(t, (socket) => void socket.write(hello));
  const transport = transportOf(t);
  await outcomeOf(transport, requestTo(server.url));
  server.sockets[0]!.removeAllListeners('data').pause();
  const large = transport.send(
    requestTo(server.url, { method: 'POST', body: Buffer.alloc(64 * 1024 * 1024) }),
  );
  server.sockets[0]!.write(early);
  assert.equal((await large.response).status, 413);
  assert.partialDeepStrictEqual(await outcomeOf(transport, requestTo(server.url)), { body: 'hello' });
  assert.equal(server.connections.length, 2);
});

test('idle connections end as the upstream says, or at once', async (t) => {
  const keep = (seconds: number) => hello.replace('\r\n', `\r\nkeep-alive: timeout=${seconds}, max=9\r\n`);
  const server = await rawServer(t, (socket, _, count) => void socket.write(keep(count === 0 ? 3 : 2)));
  const transport = transportOf(t);
  const closed = () => Promise.all(server.sockets.map((socket) => socket.closed || once(socket, 'close')));
  await outcomeOf(transport, requestTo(server.url));
  await closed();
  await outcomeOf(transport, requestTo(server.url));
  await closed();
  assert.equal(server.connections.length, 2);
});

test('time limits: connecting, the head, silence in a body, but not while the reader waits', async (t) => {
  const half = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello';
  const server = await rawServer(
    t,
    (socket, request) => void (request.includes('/half') && socket.write(half)),
  );
  const transport = transportOf(t, { bodyIdleTimeoutMs: 60 });
  await assert.rejects(
    transport.send(requestTo(server.url, { headersTimeoutMs: 40 })).response,
    kindOf('timeout'),
  );
  const response = await transport.send(requestTo(`${server.url}half`)).response;
  let heard = 0;
  const began = performance.now();
  const streamed = response.stream(() => {
    heard++;
    setTimeout(() => response.resume(), 200);
    return false;
  });
  await assert.rejects(streamed, kindOf('timeout'));
  assert.equal(heard, 1);
  assert.ok(performance.now() - began > 250);
});

test('closing ends what is under way, and what waits', async (t) => {
  const server = await rawServer(
    t,
    (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'),
  );
  const transport = transportOf(t, { maxConnections: 1 });
  const reading = (await transport.send(requestTo(server.url)).response).text(100);
  const waiting = transport.send(requestTo(server.url)).response;
  await transport.close();
  await assert.rejects(reading, kindOf('cut'));
  await assert.rejects(waiting, kindOf('unreachable'));
  await assert.rejects(transport.send(requestTo(server.url)).response, kindOf('unreachable'));
  assert.equal(server.connections.length, 1);
});

test('a stalled reader bounds what is taken from the upstream', async (t) => {
  const server = await rawServer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
    };
    socket.on('drain', more);
    more();
  });
  const transport = transportOf(t);
  for (const reads of [false, true]) {
    const exchange = transport.send(requestTo(server.url));
    const response = await exchange.response;
    let taken = 0;
    if (reads) {
      const streamed = response.stream((chunk) => {
        taken += chunk.length;
        return false;
      });
      streamed.catch(() => undefined);
    }
    const socket = server.sockets.at(-1)!;
    for (let before = -1; before !== socket.bytesWritten; ) {
      before = socket.bytesWritten;
      await turns();
    }
    assert.ok(taken <= 262_144, `${taken} bytes`);
    exchange.abort();
  }
});

test('many streams at once: each reader has its own bytes, and they stay as they are', async (t) => {
  const pieces = (request: string) => {
    const [, seed = '0'] = /GET \/(\d+)/.exec(request) ?? [];
    return Array.from({ length: 30 }, (_, i) =>
      String.fromCharCode(97 + Number(seed)).repeat(1 + ((i * 7_919) % 5_000)),
    );
  };
  const server = await rawServer(t, async (socket, request) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    for (const piece of pieces(request)) {
      socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      if (piece.length % 3 === 0) await turn();
    }
    socket.write('0\r\n\r\n');
  });
  const transport = transportOf(t);
  for (let round = 0; round < 3; round++) {
    const outcomes = Array.from({ length: 20 }, (_, i) =>
      outcomeOf(transport, requestTo(`${server.url}${i}`)),
    );
    for (const [i, outcome] of (await Promise.all(outcomes)).entries())
      assert.ok('body' in outcome && outcome.body === pieces(`GET /${i} `).join(''), `stream ${i}`);
  }
  assert.equal(server.connections.length, 20);
});
