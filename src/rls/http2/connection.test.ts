import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect as connectHttp2, constants, type Settings } from 'node:http2';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { okTrailers, responseHead } from '../header-blocks.ts';
import { Http2Connection } from './connection.ts';
import { errorCode, frameType, preface } from './frames.ts';
import type { Header } from './hpack.ts';
import type { Http2Stream } from './stream.ts';

interface World {
  port: number;
  /** Fields of the requests so far. */
  seen: Header[][];
  connections: Http2Connection[];
  sockets: Set<Socket>;
  client(settings?: Settings): ClientHttp2Session;
  raw(bytes: Buffer): Promise<Buffer>;
}

/** Answers each request with the body that it had. */
function echo(stream: Http2Stream, chunks: Buffer[]) {
  return {
    data: (chunk: Buffer, isLast: boolean) => {
      chunks.push(Buffer.from(chunk));
      if (!isLast) return;
      stream.respond(responseHead);
      stream.write(...chunks);
      stream.end(okTrailers);
    },
    closed: () => {},
  };
}

async function world(t: TestContext): Promise<World> {
  const seen: Header[][] = [];
  const connections: Http2Connection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const onStream = (stream: Http2Stream, headers: readonly Header[]) => {
      seen.push([...headers]);
      return echo(stream, []);
    };
    connections.push(new Http2Connection(socket, onStream, { streams: 10, headerListBytes: 4_096 }, 0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port,
    seen,
    connections,
    sockets,
    client: (settings) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`, settings === undefined ? {} : { settings });
      session.on('error', () => {});
      t.after(() => session.destroy());
      return session;
    },
    raw: (bytes) =>
      new Promise((resolve) => {
        const chunks: Buffer[] = [];
        const socket = connectTcp(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('error', () => {});
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
        socket.on('close', () => resolve(Buffer.concat(chunks)));
      }),
  };
}

function ask(session: ClientHttp2Session, body: Buffer, headers: Record<string, string> = {}) {
  return new Promise<Buffer>((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': '/x', ...headers });
    const chunks: Buffer[] = [];
    let isWhole = false;
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('trailers', (told) => {
      isWhole = told['grpc-status'] === '0';
    });
    stream.on('error', reject);
    stream.on('close', () => (isWhole ? resolve(Buffer.concat(chunks)) : reject(new Error('cut off'))));
    stream.end(body);
  });
}

function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (isSo() ? resolve() : void setImmediate(look));
    look();
  });
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const start = Buffer.concat([preface, frame(frameType.settings, 0, 0)]);
/** The code of the GOAWAY that a connection ended with. */
function goAwayCode(answer: Buffer): number | undefined {
  let code: number | undefined;
  for (let at = 0; at + 9 <= answer.length; at += 9 + answer.readUIntBE(at, 3))
    if (answer[at + 3] === frameType.goAway) code = answer.readUInt32BE(at + 13);
  return code;
}

test('bodies of any size come back whole, whatever credit and frames the client allows', async (t) => {
  const { client } = await world(t);
  for (const settings of [
    undefined,
    { initialWindowSize: 100 },
    { headerTableSize: 0 },
    { maxFrameSize: 65_536 },
  ]) {
    const session = client(settings);
    for (const size of [0, 1, 16_384, 16_385, 70_000, 1_000_000]) {
      const body = Buffer.alloc(size, `${size}`);
      const answer = await ask(session, body);
      assert.ok(answer.equals(body), `${JSON.stringify(settings)}: ${size} bytes`);
    }
    const together = await Promise.all(
      Array.from({ length: 9 }, (_, n) => ask(session, Buffer.alloc(50_000, n))),
    );
    for (const [n, answer] of together.entries()) assert.ok(answer.equals(Buffer.alloc(50_000, n)));
  }
});

test('fields of any text arrive as nghttp2 packs them, call after call', async (t) => {
  const { client, seen } = await world(t);
  const session = client();
  const value = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.stringMatching(/^x-[a-z0-9]{1,8}$/), value, { maxKeys: 6 }),
      async (fields) => {
        await ask(session, Buffer.alloc(0), fields);
        const told = Object.fromEntries(seen.at(-1)!);
        for (const [name, text] of Object.entries(fields)) assert.equal(told[name], text);
      },
    ),
    { numRuns: 150 },
  );
});

test('long fields come in several frames; a list that is too long ends its stream only', async (t) => {
  const { client, seen } = await world(t);
  const session = client();
  await ask(session, Buffer.from('a'), { 'x-long': 'y'.repeat(3_000) });
  assert.equal(Object.fromEntries(seen.at(-1)!)['x-long']?.length, 3_000);
  await assert.rejects(ask(session, Buffer.from('a'), { 'x-long': '!'.repeat(30_000) }));
  assert.equal((await ask(session, Buffer.from('b'))).toString(), 'b');
});

test('frames that break the rules end the connection with the code for it', async (t) => {
  const { raw, client } = await world(t);
  const request = Buffer.from([0x83, 0x84, 0x86]);
  const open = (flags = 4) => frame(frameType.headers, flags, 1, request);
  const u32 = (value: number) =>
    Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
  const { protocol, frameSize, flowControl, streamClosed, compression, calm } = errorCode;
  const cases: [what: string, code: number, ...frames: Buffer[]][] = [
    ['an even stream', protocol, frame(1, 4, 2, request)],
    ['stream 0 for a request', protocol, frame(1, 4, 0, request)],
    ['an older stream', streamClosed, frame(1, 5, 5, request), frame(1, 5, 3, request)],
    ['data of a stream that never was', protocol, frame(0, 0, 3, Buffer.of(1))],
    ['data on stream 0', protocol, frame(0, 0, 0, Buffer.of(1))],
    ['padding longer than the frame', protocol, open(), frame(0, 8, 1, Buffer.of(9, 1))],
    ['a push', protocol, frame(5, 4, 1, u32(2))],
    ['a continuation of nothing', protocol, frame(9, 4, 1, request)],
    ['a ping within a block', protocol, open(0), frame(6, 0, 0, Buffer.alloc(8))],
    ['a block that is no HPACK', compression, frame(1, 4, 1, Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff))],
    ['a short ping', frameSize, frame(6, 0, 0, Buffer.alloc(7))],
    ['half a setting', frameSize, frame(4, 0, 0, Buffer.alloc(5))],
    ['an acknowledgement with content', frameSize, frame(4, 1, 0, Buffer.alloc(6))],
    ['a window beyond 2^31', flowControl, frame(8, 0, 0, u32(0x7fff_ffff))],
    ['credit of nothing', protocol, frame(8, 0, 0, u32(0))],
    [
      'an initial window beyond 2^31',
      flowControl,
      frame(4, 0, 0, Buffer.concat([Buffer.of(0, 4), u32(0x8000_0000)])),
    ],
    ['frames of 1 byte', protocol, frame(4, 0, 0, Buffer.concat([Buffer.of(0, 5), u32(1)]))],
    ['a frame that is too long', frameSize, frame(0, 0, 1, Buffer.alloc(16_385))],
    [
      'more than the window',
      flowControl,
      open(),
      ...Array.from({ length: 8 }, () => frame(0, 0, 99, Buffer.alloc(1))),
    ],
    ['a block without an end', calm, open(0), ...Array.from({ length: 40 }, () => frame(9, 0, 1))],
    ['pings without an end', calm, ...Array.from({ length: 10_001 }, () => frame(6, 0, 0, Buffer.alloc(8)))],
    ['empty data without an end', calm, open(), ...Array.from({ length: 10_001 }, () => frame(0, 0, 1))],
  ];
  for (const [what, code, ...frames] of cases) {
    const told = goAwayCode(await raw(Buffer.concat([start, ...frames])));
    assert.equal(told, what === 'more than the window' ? protocol : code, what);
  }
  assert.equal(goAwayCode(await raw(Buffer.concat([preface, frame(6, 0, 0, Buffer.alloc(8))]))), protocol);
  assert.equal((await ask(client(), Buffer.from('still'))).toString(), 'still');
});

test('whatever bytes come, others are served', async (t) => {
  const { raw, client } = await world(t);
  const anyFrame = fc
    .tuple(fc.nat(11), fc.nat(255), fc.nat(9), fc.uint8Array({ maxLength: 40 }))
    .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload));
  const bytes = fc.tuple(fc.array(anyFrame, { maxLength: 20 }), fc.uint8Array({ maxLength: 30 }));
  const end = frame(frameType.pushPromise, 0, 1);
  await fc.assert(
    fc.asyncProperty(bytes, async ([frames, rest]) => {
      // Ends in a frame that nobody may send, cut or not, so that the connection ends.
      await raw(Buffer.concat([start, ...frames, end, Buffer.from(rest), Buffer.alloc(20_000, 0xff)]));
    }),
    { numRuns: 300 },
  );
  assert.equal((await ask(client(), Buffer.from('still'))).toString(), 'still');
});

test('too many streams at once are refused, those before them answered', async (t) => {
  const { client } = await world(t);
  const session = client();
  await ask(session, Buffer.from('first'));
  const open = Array.from({ length: 12 }, () => session.request({ ':method': 'POST', ':path': '/x' }));
  const codes = Promise.all(
    open.map(
      (stream) =>
        new Promise<number>((resolve) => {
          stream.on('error', () => {});
          stream.on('close', () => resolve(stream.rstCode ?? 0));
          stream.resume();
        }),
    ),
  );
  // The client itself waits when it knows the limit: whoever is over it comes when there is room.
  for (const stream of open) stream.end('x');
  assert.deepEqual(new Set(await codes), new Set([constants.NGHTTP2_NO_ERROR]));
});

test('a connection that leaves ends its calls first and takes no more', async (t) => {
  const { client, connections } = await world(t);
  const session = client();
  await ask(session, Buffer.from('first'));
  const stream = session.request({ ':method': 'POST', ':path': '/x' });
  stream.write('half');
  await until(() => connections[0]!.streamCount === 1);
  connections[0]!.leave();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.end(' and half');
  await new Promise((resolve) => stream.on('close', resolve));
  assert.equal(Buffer.concat(chunks).toString(), 'half and half');
  await new Promise<void>((resolve) =>
    session.destroyed ? resolve() : session.on('close', () => resolve()),
  );
});

test('a stream past its deadline is reset, a peer that never says hello cut off', async (t) => {
  const { client, connections, raw } = await world(t);
  const session = client();
  await ask(session, Buffer.from('first'));
  const silent = raw(preface);
  const stream = session.request({ ':method': 'POST', ':path': '/x' });
  stream.write('x');
  const reset = new Promise<number>((resolve) => {
    stream.on('error', () => {});
    stream.on('close', () => resolve(stream.rstCode ?? -1));
  });
  await until(() => connections.length === 2 && connections[0]!.streamCount === 1);
  connections[1]!.tick(20_000);
  assert.equal(goAwayCode(await silent), undefined);
  connections[0]!.tick(20_000);
  assert.equal(connections[0]!.streamCount, 1, 'it has no deadline of its own');
  stream.close(constants.NGHTTP2_CANCEL);
  await reset;
  await until(() => connections[0]!.streamCount === 0);
});

test('a peer that does not read is not read from, and cut off after a while', async (t) => {
  const { port, sockets, seen, connections } = await world(t);
  const largest = Buffer.from([0x7f, 0xff, 0x00, 0x00]);
  const body = Buffer.alloc(16_000);
  const requests = Array.from({ length: 3_000 }, (_, n) => [
    frame(frameType.headers, 4, 2 * n + 1, Buffer.from([0x83, 0x84, 0x86])),
    frame(frameType.data, 1, 2 * n + 1, body),
  ]);
  const socket = connectTcp(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.pause();
  // More than the window of a connection is sent: the server gives credit as it reads, which is not looked at here.
  const settings = frame(frameType.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), largest]));
  socket.write(
    Buffer.concat([preface, settings, frame(frameType.windowUpdate, 0, 0, largest), ...requests.flat()]),
  );
  await until(() => [...sockets].some((one) => one.isPaused()));
  assert.ok(seen.length < 2_500, `${seen.length} of 3,000 requests were read`);
  assert.ok([...sockets][0]!.writableLength < 4_000_000);
  connections[0]!.tick(31_000);
  socket.resume();
  await closed;
});
