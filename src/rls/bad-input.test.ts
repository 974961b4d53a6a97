import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { RateLimitDescriptor } from '../core/ratelimit/model.ts';
import { frame, maxMessageBytes } from './framing.ts';
import { encodeRequest } from './request-codec.ts';
import { decodeResponse } from './response-codec.ts';
import { startRateLimitServer } from './server.ts';
import { serviceFixture } from './service.fixture.ts';

const path = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
const yaml = 'domain: d\ndescriptors: [{key: u, rate_limit: {unit: day, requests_per_unit: 5}}]';

async function start(t: TestContext) {
  const server = await startRateLimitServer({ service: serviceFixture(yaml), host: '127.0.0.1', port: 0 });
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  session.on('error', () => {});
  t.after(async () => {
    session.destroy();
    await server.close();
  });
  return { server, session };
}

interface Outcome {
  httpStatus: number;
  status: string;
  message: string;
  body: Buffer;
}

/** What a call with these bytes as its body ends with. */
function send(
  session: ClientHttp2Session,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      ...headers,
    });
    const outcome: Outcome = { httpStatus: 0, status: '', message: '', body: Buffer.alloc(0) };
    const read = (told: Record<string, unknown>) => {
      outcome.httpStatus = Number(told[':status'] ?? outcome.httpStatus);
      outcome.status = String(told['grpc-status'] ?? outcome.status);
      outcome.message = decodeURIComponent(String(told['grpc-message'] ?? outcome.message));
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', (chunk: Buffer) => {
      outcome.body = Buffer.concat([outcome.body, chunk]);
    });
    stream.on('error', () => {});
    stream.on('close', () => resolve(outcome));
    stream.end(body);
  });
}

const framed = (...bytes: number[]) => frame(Uint8Array.from(bytes));
const good = frame(encodeRequest({ domain: 'd', descriptors: [{ entries: [{ key: 'u', value: 'm' }] }] }));

test('bytes that are no call: a status each, and the next call is served', async (t) => {
  const { session } = await start(t);
  const cases: [what: string, body: Buffer, status: string, message?: RegExp][] = [
    ['no message', Buffer.alloc(0), '2', /^EOF$/],
    ['half a head', Buffer.from([0, 0]), '2', /^EOF$/],
    ['half a message', Buffer.from([0, 0, 0, 0, 9, 1]), '2', /^unexpected EOF$/],
    ['two messages', Buffer.concat([good, good]), '0'],
    ['compressed', Buffer.from([1, 0, 0, 0, 0]), '13', /compressed flag/],
    [
      'a head that tells 4 GB',
      Buffer.from([0, 255, 255, 255, 255]),
      '8',
      /larger than max \(4294967295 vs\. 4194304\)/,
    ],
    ['undecodable', framed(0xff, 0xff, 0xff), '13'],
    ['invalid UTF-8', framed(0x0a, 0x02, 0xc3, 0x28), '13'],
    ['a length beyond the end', framed(0x0a, 0x7f, 0x64), '13'],
    ['a wrong wire type', framed(0x08, 0x05), '2', /^rate limit domain must not be empty$/],
    ['an empty request', framed(), '2', /^rate limit domain must not be empty$/],
    ['no descriptors', framed(0x0a, 0x01, 0x64), '2', /^rate limit descriptor list must not be empty$/],
    ['an override of unit 0', framed(0x0a, 0x01, 0x64, 0x12, 0x04, 0x12, 0x02, 0x08, 0x05), '3', /unit 0/],
    ['an override of unit 99', framed(0x0a, 0x01, 0x64, 0x12, 0x04, 0x12, 0x02, 0x10, 0x63), '3', /unit 99/],
    [
      'hits beyond 2^63',
      framed(0x0a, 1, 0x64, 0x12, 13, 0x1a, 11, 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
      '3',
      /hits_addend/,
    ],
    ['unknown fields', frame(Buffer.concat([good.subarray(5), Buffer.from([0xfa, 0x06, 1, 0x78])])), '0'],
  ];
  for (const [what, body, status, message] of cases) {
    const outcome = await send(session, body);
    assert.equal(outcome.status, status, `${what}: ${outcome.message}`);
    if (message !== undefined) assert.match(outcome.message, message, what);
  }
  assert.equal((await send(session, good)).status, '0');
});

test('other methods, other content types', async (t) => {
  const { session } = await start(t);
  assert.equal((await send(session, good, { ':path': '/nothing' })).status, '12');
  const v2 = '/envoy.service.ratelimit.v2.RateLimitService/ShouldRateLimit';
  assert.equal((await send(session, good, { ':path': v2 })).status, '12');
  assert.equal((await send(session, good, { ':path': '/__proto__' })).status, '12');
  assert.equal((await send(session, good, { 'content-type': 'application/json' })).httpStatus, 415);
});

test('a message in many small frames is one message', async (t) => {
  const { session } = await start(t);
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
  const ended = new Promise<string>((resolve) =>
    stream.on('trailers', (told) => resolve(String(told['grpc-status']))),
  );
  stream.resume();
  for (const byte of good) stream.write(Buffer.from([byte]));
  stream.end();
  assert.equal(await ended, '0');
});

test('10,000 descriptors, keys of 1 MB, a message above 4 MiB', async (t) => {
  const { session } = await start(t);
  const ask = async (descriptors: RateLimitDescriptor[]) =>
    send(session, frame(encodeRequest({ domain: 'd', descriptors })));
  const many = await ask(
    Array.from({ length: 10_000 }, (_, n) => ({ entries: [{ key: 'u', value: `v${n}` }] })),
  );
  assert.equal(many.status, '0');
  assert.equal(decodeResponse(many.body.subarray(5)).statuses.length, 10_000);
  const long = { entries: [{ key: 'u', value: 'x'.repeat(1_000_000) }] };
  assert.equal(decodeResponse((await ask([long])).body.subarray(5)).statuses[0]!.limitRemaining, 4);
  assert.equal(decodeResponse((await ask([long])).body.subarray(5)).statuses[0]!.limitRemaining, 3);
  const tooLong = { entries: [{ key: 'u', value: 'x'.repeat(maxMessageBytes) }] };
  assert.equal((await ask([tooLong])).status, '8');
  assert.equal((await send(session, good)).status, '0');
});

test('wrong HTTP/2 frames and plain HTTP/1.1 end their connection only', async (t) => {
  const { server, session } = await start(t);
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const head = (length: number, type: number, stream: number, flags = 0) =>
    Buffer.from([0, 0, length, type, flags, 0, 0, 0, stream]);
  const attempts: Buffer[] = [
    Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    Buffer.from('nonsense\r\n\r\n'),
    Buffer.concat([Buffer.from(preface), head(3, 4, 0), Buffer.from([1, 2, 3])]),
    Buffer.concat([Buffer.from(preface), head(0, 4, 0), head(4, 0, 7), Buffer.from('data')]),
    Buffer.concat([Buffer.from(preface), head(0, 4, 0), head(4, 1, 1, 4), Buffer.from([255, 255, 255, 255])]),
    Buffer.concat([Buffer.from(preface), head(0, 4, 0), head(1, 1, 1), Buffer.from([0x82]), head(0, 6, 0)]),
    Buffer.concat([Buffer.from(preface), head(0, 4, 0), head(4, 8, 0), Buffer.from([0, 0, 0, 0])]),
  ];
  for (const bytes of attempts) {
    await new Promise<void>((resolve) => {
      const socket = connectTcp(server.port, '127.0.0.1', () => socket.write(bytes));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
    });
    assert.equal((await send(session, good)).status, '0');
  }
});

test('a client that never reads its answers holds a bounded session; others are served', async (t) => {
  const { server, session } = await start(t);
  const deaf = connectHttp2(`http://127.0.0.1:${server.port}`, {
    maxSessionMemory: 1_024,
    settings: { initialWindowSize: 0 },
  });
  deaf.on('error', () => {});
  t.after(() => deaf.destroy());
  const descriptors = Array.from({ length: 3_000 }, (_, n) => ({ entries: [{ key: 'u', value: `v${n}` }] }));
  const body = frame(encodeRequest({ domain: 'd', descriptors }));
  const before = process.memoryUsage().rss;
  const statuses: Record<string, number> = {};
  const sent: Promise<void>[] = [];
  for (let n = 0; n < 900; n++) {
    const stream = deaf.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
    stream.on('error', () => {});
    sent.push(
      new Promise((resolve) => {
        stream.on('close', () => resolve());
        stream.on('response', (told) => {
          const status = String(told['grpc-status'] ?? 'answered');
          statuses[status] = (statuses[status] ?? 0) + 1;
          resolve();
        });
      }),
    );
    stream.end(body);
  }
  await Promise.all(sent);
  assert.equal((await send(session, good)).status, '0');
  const grown = (process.memoryUsage().rss - before) / 1_048_576;
  assert.ok(grown < 300, `${grown.toFixed()} MiB more`);
  const { answered = 0, 8: refused = 0 } = statuses;
  assert.ok(answered > 0 && refused > 0, JSON.stringify(statuses));
});
