/** What is read from a request's head, and what comes of heads that are not in order. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { compileExpression } from '../core/cel/compile.ts';
import { Call } from './call.ts';
import { dataPathWorld, scriptedServer } from './data-path.fixture.ts';
import { LinkedSnapshot } from './linked-snapshot.ts';

const snapshot = new LinkedSnapshot(
  { generation: 1, budgets: [], binds: [], backends: {}, keySets: {}, rateLimitErrors: [] },
  compileExpression,
  new Map(),
);

function callFor(url: string, headers: Record<string, string> = {}, rawHeaders: string[] = []): Call {
  const socket = { remoteAddress: '::1', remotePort: 1234 };
  const incoming = { url, headers, rawHeaders, method: 'POST', httpVersion: '1.1', socket };
  return new Call(
    incoming as unknown as IncomingMessage,
    {} as ServerResponse,
    snapshot,
    8080,
    1_000,
    'call-1',
  );
}

test('host, path and query', () => {
  const cases: [url: string, host: string, expected: [host: string, path: string, query: string]][] = [
    ['/a/b?x=1&y=?', 'Example.COM:8080', ['example.com', '/a/b', 'x=1&y=?']],
    ['/', '[::1]:8080', ['[::1]', '/', '']],
    ['/', '[::1]', ['[::1]', '/', '']],
    ['/%2e%2e/admin', 'x', ['x', '/%2e%2e/admin', '']],
    ['//x/y', 'x', ['x', '//x/y', '']],
    ['http://Api.Example:80/v1?q', 'other', ['api.example', '/v1', 'q']],
    ['https://api.example', 'other', ['api.example', '/', '']],
    ['http://api.example?q', 'other', ['api.example', '/', 'q']],
    ['*', 'x', ['x', '*', '']],
  ];
  for (const [url, host, expected] of cases) {
    const { target } = callFor(url, { host });
    assert.deepEqual([target.host, target.path, target.query], expected, url);
  }
  assert.equal(callFor('/').target.host, '');
});

test('Authorization headers are counted as they came, in any case', () => {
  const count = (rawHeaders: string[]) => callFor('/', {}, rawHeaders).context.request.authorizationHeaders;
  assert.equal(count([]), 0);
  assert.equal(count(['Authorization', 'a', 'Host', 'authorization']), 1);
  assert.equal(count(['Authorization', 'a', 'AUTHORIZATION', 'b']), 2);
});

test('what CEL sees of the head', () => {
  const { context, record } = callFor('/a?b=c', { host: 'h:1', 'x-team': 'red' });
  const { request, source } = context.variables as Record<string, Record<string, unknown>>;
  assert.deepEqual(request, {
    method: 'POST',
    host: 'h',
    scheme: 'http',
    path: '/a',
    pathAndQuery: '/a?b=c',
    uri: 'http://h:1/a?b=c',
    version: 'HTTP/1.1',
    headers: { host: 'h:1', 'x-team': 'red' },
  });
  assert.deepEqual(source, { address: '::1', port: 1234n });
  // Never the query: it may hold a key.
  assert.equal(record.path, '/a');
});

/** Writes raw bytes and reads until the gateway closes. */
async function speak(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

async function guarded(t: TestContext) {
  const provider = await scriptedServer(t);
  provider.behave(() => assert.fail('the provider was called'));
  return dataPathWorld(t, {
    origin: provider.url,
    rule: {
      traffic: {
        broken: [],
        authorization: [],
        budgets: [],
        apiKey: { policy: 'ns/keys', mode: 'Strict', keySets: ['keys'] },
      },
    },
    keySets: {
      keys: { keys: [{ id: 'Secret/ns/keys/mike', sha256: hash('sha256', 'sk-mike'), metadata: {} }] },
    },
  });
}

test('heads that are no request, or more than one: refused, and nothing is called', async (t) => {
  const { port } = await guarded(t);
  const close = 'Host: x\r\nConnection: close\r\n';
  const key = 'Authorization: Bearer sk-mike\r\n';
  const cases: [name: string, bytes: string, expected: RegExp][] = [
    ['no HTTP', 'HELLO\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no Host', `POST / HTTP/1.1\r\n${key}\r\n`, /^HTTP\/1\.1 400 /],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'length and chunks',
      `POST / HTTP/1.1\r\n${close}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a chunk size that is none',
      `POST / HTTP/1.1\r\n${close}${key}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    ['a header too large', `GET / HTTP/1.1\r\n${close}x: ${'a'.repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['no key', `POST / HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1\.1 401 .*no API Key found$/s],
    ['two keys', `POST / HTTP/1.1\r\n${close}${key}${key}\r\n`, /^HTTP\/1\.1 401 .*invalid credentials$/s],
    [
      'a key and a wrong one',
      `POST / HTTP/1.1\r\n${close}${key}authorization: Bearer no\r\n\r\n`,
      /^HTTP\/1\.1 401 /,
    ],
    [
      'a wrong key in absolute form',
      `POST http://x/ HTTP/1.1\r\n${close}Authorization: Bearer no\r\n\r\n`,
      /^HTTP\/1\.1 401 /,
    ],
  ];
  for (const [name, bytes, expected] of cases) assert.match(await speak(port, bytes), expected, name);
});
