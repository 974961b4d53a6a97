/** The same bytes from an upstream come to the same with our codec and with undici's, except where ours is stricter on purpose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { UpstreamRequest } from '../transport.ts';
import { createUndiciTransport } from '../undici-transport.ts';
import { outcomeOf, rawServer, requestTo, transportOf } from './wire.fixture.ts';

const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const event = (text: string) => `data: ${text}\n\n`;
const chunked = (...chunks: string[]) =>
  `${chunks.map((each) => `${Buffer.byteLength(each, 'latin1').toString(16)}\r\n${each}\r\n`).join('')}0\r\n\r\n`;

/** As providers answer, and as they fail. */
const answers: Record<string, string> = {
  'a JSON answer': crlf(
    'HTTP/1.1 200 OK\nDate: Mon, 01 Jan 2026 00:00:00 GMT\nContent-Type: application/json\nContent-Length: 11\nConnection: keep-alive\nrequest-id: req_1\nCF-RAY: 1-A\nSet-Cookie: a=b; path=/\nset-cookie: c=d\n\n{"a":"b é"}',
  ),
  'a stream': `${crlf('HTTP/1.1 200 OK\ncontent-type: text/event-stream\ntransfer-encoding: chunked\nKeep-Alive: timeout=5\n\n')}${chunked(event('a'), event('b'), event('[DONE]'))}`,
  'a stream with extensions and trailers': `${crlf('HTTP/1.1 200 OK\nTransfer-Encoding: CHUNKED\n\n')}5;n=v\r\nhello\r\n00\r\nx-sum: 1\r\n\r\n`,
  'a stream until the end': `${crlf('HTTP/1.1 200 OK\ncontent-type: text/event-stream\n\n')}${event('a')}`,
  'HTTP/1.0': crlf('HTTP/1.0 200 OK\ncontent-type: text/plain\n\nold'),
  'HTTP/1.0 with a length': crlf('HTTP/1.0 200 OK\ncontent-length: 3\n\nold'),
  'a refusal': crlf(
    'HTTP/1.1 429 Too Many Requests\nretry-after: 2\ncontent-length: 2\nconnection: close\n\n{}',
  ),
  'nothing to say': crlf('HTTP/1.1 204 No Content\nx: y\n\n'),
  'not modified': crlf('HTTP/1.1 304 Not Modified\ncontent-length: 10\netag: "a"\n\n'),
  'early hints': crlf('HTTP/1.1 103 Early Hints\nlink: a\n\nHTTP/1.1 200 OK\ncontent-length: 2\n\nhi'),
  'a status of nobody': crlf('HTTP/1.1 529 Overloaded\ncontent-length: 0\n\n'),
  'no reason': crlf('HTTP/1.1 200\ncontent-length: 0\n\n'),
  'empty values and blanks': crlf('HTTP/1.1 200 OK\na:\nb:   \nc: \t d\ncontent-length:  0\n\n'),
  'latin1 in a value': crlf('HTTP/1.1 200 OK\na: \xe9\xff\ncontent-length: 0\n\n'),
  'names of all kinds': crlf(
    "HTTP/1.1 200 OK\n!#$%&'*+-.^_`|~09Az: x\nconstructor: y\ncontent-length: 0\n\n",
  ),
};

const failures: Record<string, string> = {
  'a body that is cut': crlf('HTTP/1.1 200 OK\ncontent-length: 10\n\nhello'),
  'a stream that is cut': crlf('HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n5\nhello\n'),
  'a chunk that is cut': crlf('HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n5\nhel'),
  'a head that is cut': crlf('HTTP/1.1 200 OK\ncontent-len'),
  'no answer': '',
  'no HTTP': crlf('SSH-2.0-x\n\n'),
  'two lengths': crlf('HTTP/1.1 200 OK\ncontent-length: 2\ncontent-length: 3\n\nabc'),
  'a length beside chunks': crlf('HTTP/1.1 200 OK\ncontent-length: 2\ntransfer-encoding: chunked\n\n0\n\n'),
  'a folded line': crlf('HTTP/1.1 200 OK\na: b\n c\ncontent-length: 0\n\n'),
  'a blank before the colon': crlf('HTTP/1.1 200 OK\ncontent-length : 2\n\nab'),
  'a chunk without a size': crlf('HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nhello\n'),
  'a chunk longer than it says': crlf('HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nhello\n0\n\n'),
  'a signed length': crlf('HTTP/1.1 200 OK\ncontent-length: -2\n\nab'),
  'a lone LF': 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
  'a NUL': crlf('HTTP/1.1 200 OK\na: \0\ncontent-length: 0\n\n'),
  'another protocol': crlf('HTTP/1.1 101 Switching Protocols\nupgrade: x\nconnection: upgrade\n\n'),
};

const requests: Record<string, Partial<UpstreamRequest>> = {
  POST: { method: 'POST', body: '{"a":"é"}', headers: { 'content-type': 'application/json' } },
  GET: {},
  HEAD: { method: 'HEAD' },
};

test('recorded answers, whole and in pieces: the same outcome', async (t) => {
  let [bytes, size] = [Buffer.alloc(0), 1];
  const server = await rawServer(t, async (socket) => {
    // Told of a connection that is gone too, with an error.
    for (let at = 0; at < bytes.length && !socket.destroyed; at += size)
      await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
    socket.end();
  });
  const transports = { own: transportOf(t), undici: transportOf(t, {}, createUndiciTransport) };
  const send = (engine: keyof typeof transports, request: Partial<UpstreamRequest>) =>
    outcomeOf(transports[engine], requestTo(server.url, request));
  for (const [name, text] of Object.entries({ ...answers, ...failures })) {
    bytes = Buffer.from(text, 'latin1');
    for (const [method, request] of Object.entries(requests)) {
      for (size of [bytes.length + 1, 7]) {
        const [own, undici] = [await send('own', request), await send('undici', request)];
        assert.deepEqual(own, undici, `${name}, ${method}, in pieces of ${size}`);
      }
    }
  }
});

const piece = fc.constantFrom(
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  'content-length: 2\r\n',
  'transfer-encoding: chunked\r\n',
  '\0',
  'x',
  '0',
  ';',
  '\t',
);
const mutated = fc
  .tuple(fc.constantFrom(...Object.values(answers)), fc.nat(400), fc.nat(2), piece)
  .map(([text, at, remove, insert]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + insert + text.slice(from + remove);
  });

/** Not a part of the value (RFC 9110, 5.5), which undici keeps, and takes a length for another number. */
const blankAfterValue = /[ \t]\r\n/;
/** Among trailers, which we drop, undici takes it for the answer's. */
const trailingLength = /transfer-encoding[\s\S]*content-length/i;

/** Stricter is a failure where undici sees an answer; anything else that differs would be a fault. */
test('mutated answers: the same outcome, or ours refuses', async (t) => {
  let bytes = Buffer.alloc(0);
  const server = await rawServer(t, (socket) => void socket.end(bytes));
  const transports = { own: transportOf(t), undici: transportOf(t, {}, createUndiciTransport) };
  let same = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (text) => {
      bytes = Buffer.from(text, 'latin1');
      const request = requestTo(server.url);
      const [own, undici] = [
        await outcomeOf(transports.own, request),
        await outcomeOf(transports.undici, request),
      ];
      if ('failure' in own || blankAfterValue.test(text) || trailingLength.test(text)) return;
      assert.deepEqual(own, undici, JSON.stringify(text));
      same++;
    }),
    { numRuns: 400 },
  );
  assert.ok(same > 50, `${same} were read by both`);
});
