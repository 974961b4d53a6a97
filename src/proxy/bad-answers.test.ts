/**
 * What providers send when something is wrong with them, to a client of each dialect, plain and streaming: an error in the client's own
 * form, the attempt in the record, nothing that hangs.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { RouteType } from '../core/config/snapshot.ts';
import { answer, begun, ended, event, message, type Provider, provider, target } from './attempts.fixture.ts';
import { dataPathWorld, type Handler, type World } from './data-path.fixture.ts';

const bytes =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Handler =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(body);
  };
const sse = (body: string | Buffer, headers: Record<string, string> = {}) =>
  bytes(body, { 'content-type': 'text/event-stream', ...headers });
const whole = JSON.stringify(message);
const html = '<html><body>Sign in to continue</body></html>';

interface Dialect {
  routeType: RouteType;
  path: string;
  body: object;
  stream: { path?: string; body?: object };
  /** The message of an error, whole or as the last event. */
  errorIn(body: Record<string, never>): string | undefined;
  text(body: never): string;
}

const ask = [{ role: 'user', content: 'Say hello' }];
const dialects: Record<string, Dialect> = {
  completions: {
    routeType: 'Completions',
    path: '/v1/chat/completions',
    body: { messages: ask, max_tokens: 200 },
    stream: { body: { stream: true } },
    errorIn: ({ error }: { error?: { message: string } }) => error?.message,
    text: ({ choices }: { choices: [{ message: { content: string } }] }) => choices[0].message.content,
  },
  messages: {
    routeType: 'Messages',
    path: '/v1/messages',
    body: { messages: ask, max_tokens: 200 },
    stream: { body: { stream: true } },
    errorIn: ({ type, error }: { type?: string; error?: { message: string } }) =>
      type === 'error' ? error?.message : undefined,
    text: ({ content }: { content: [{ text: string }] }) => content[0].text,
  },
  responses: {
    routeType: 'Responses',
    path: '/v1/responses',
    body: { input: 'Say hello', max_output_tokens: 200 },
    stream: { body: { stream: true } },
    errorIn: (body: { error?: { message: string } | null; response?: { error?: { message: string } } }) =>
      body.error?.message ?? body.response?.error?.message ?? (body as { message?: string }).message,
    text: ({ output }: { output: [{ content: [{ text: string }] }] }) => output[0].content[0].text,
  },
  gemini: {
    routeType: 'GenerateContent',
    path: '/v1beta/models/m:generateContent',
    body: { contents: [{ parts: [{ text: 'Say hello' }] }] },
    stream: { path: '/v1beta/models/m:streamGenerateContent?alt=sse' },
    errorIn: ({ error }: { error?: { message: string } }) => error?.message,
    text: ({ candidates }: { candidates: [{ content: { parts: [{ text: string }] } }] }) =>
      candidates[0].content.parts[0].text,
  },
};

interface Answer {
  status: number;
  type: string;
  text: string;
}

describe('answers that are none', () => {
  for (const [name, dialect] of Object.entries(dialects)) {
    describe(name, () => {
      let world: World;
      let upstream: Provider;
      let close: () => Promise<void>;
      before(async () => {
        const cleanups: (() => unknown)[] = [];
        const t = { after: (cleanup: () => unknown) => void cleanups.push(cleanup) } as never;
        upstream = await provider(t, answer(200, message));
        const groups = [[target(upstream)]];
        const limits = {
          maxRequestBytes: 1e6,
          maxResponseBytes: 100_000,
          headersTimeoutMs: 5_000,
          abandonedGraceMs: 100,
        };
        world = await dataPathWorld(t, { origin: upstream.url, groups, options: { limits } as never });
        close = async () => {
          for (const cleanup of cleanups.reverse()) await cleanup();
        };
      });
      after(() => close());

      const call = async (handler: Handler, streaming = false, onBegin = () => {}): Promise<Answer> => {
        upstream.behave(handler);
        const path = (streaming ? dialect.stream.path : undefined) ?? dialect.path;
        const answered = await fetch(`http://127.0.0.1:${world.port}${path}`, {
          method: 'POST',
          body: JSON.stringify({ ...dialect.body, ...(streaming && dialect.stream.body) }),
        });
        const type = answered.headers.get('content-type') ?? '';
        let text = '';
        const decoder = new TextDecoder();
        for await (const chunk of answered.body!) {
          text += decoder.decode(chunk, { stream: true });
          onBegin();
        }
        return { status: answered.status, type, text };
      };
      const lastRecord = () => world.entries.at(-1)!;
      const refused = ({ status, text }: Answer, expected: number, says: RegExp) => {
        assert.equal(status, expected, text);
        assert.match(dialect.errorIn(JSON.parse(text)) ?? text, says);
        const attempt = lastRecord().attempts!.at(-1)!;
        assert.notEqual(attempt.outcome, 'ok');
        assert.ok(lastRecord().error !== undefined);
      };
      /** The stream had begun: its last event tells it. */
      const brokenOff = ({ status, text }: Answer, says: RegExp) => {
        assert.equal(status, 200);
        const events = text.split('\n').filter((line) => line.startsWith('data: {'));
        const told = events.map((line) => dialect.errorIn(JSON.parse(line.slice(6)))).find(Boolean);
        assert.match(told ?? '', says, text);
        assert.equal(lastRecord().attempts!.at(-1)!.outcome, 'failed');
      };

      for (const streaming of [false, true]) {
        const kind = streaming ? 'asked to stream' : 'plain';
        const cases: [string, Handler, number, RegExp][] = [
          ['a page of HTML', bytes(html, { 'content-type': 'text/html' }), 502, /is not JSON/],
          ['HTML that says to be JSON', bytes(html), 502, /is not JSON/],
          ['truncated JSON', bytes(whole.slice(0, 60)), 502, /is not JSON/],
          ['invalid UTF-8', bytes(Buffer.from(whole.replace('Hi', '\xff\xfe'), 'latin1')), 502, /UTF-8/],
          ['nothing', bytes(''), 502, /is not JSON/],
          ['a list', bytes('[]'), 502, /not a JSON object/],
          [
            'a success that is an error',
            answer(200, { type: 'error', error: { message: 'no luck' } }),
            502,
            /no luck/,
          ],
          [
            'a success that is an error with a kind of its own',
            answer(200, { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }),
            429,
            /slow down/,
          ],
          ['an encoding nobody knows', bytes(whole, { 'content-encoding': 'lzma' }), 502, /lzma/],
          ['gzip that is none', bytes(whole, { 'content-encoding': 'gzip' }), 502, /gzip/],
          [
            'gzip that ends too early',
            bytes(gzipSync(whole).subarray(0, 40), { 'content-encoding': 'gzip' }),
            502,
            /gzip/,
          ],
          ['more than is held', bytes(' '.repeat(200_000)), 502, /larger than/],
          [
            'little that unfolds to more than is held',
            bytes(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }),
            502,
            /larger than/,
          ],
          [
            'HTML as an error keeps its status',
            bytes(html, { 'content-type': 'text/html' }, 503),
            503,
            /no reason|Sign in/,
          ],
          [
            'an error keeps its status and words',
            answer(404, { type: 'error', error: { type: 'not_found_error', message: 'no such model' } }),
            404,
            /no such model/,
          ],
          [
            'a packed error keeps them too',
            bytes(
              gzipSync('{"type":"error","error":{"message":"no such model"}}'),
              { 'content-encoding': 'gzip' },
              404,
            ),
            404,
            /no such model/,
          ],
        ];
        for (const [what, handler, status, says] of cases)
          test(`${kind}: ${what}`, async () => refused(await call(handler, streaming), status, says));
      }

      const packed: [string, (text: string) => Buffer][] = [
        ['gzip', gzipSync],
        ['br', brotliCompressSync],
        ['zstd', zstdCompressSync],
      ];
      for (const [encoding, pack] of packed)
        test(`${encoding} is unpacked, plain and streaming`, async () => {
          const plain = await call(bytes(pack(whole), { 'content-encoding': encoding }));
          assert.equal(dialect.text(JSON.parse(plain.text) as never), 'Hi');
          const { status, text } = await call(
            sse(pack(begun + ended), { 'content-encoding': encoding }),
            true,
          );
          assert.equal(status, 200);
          assert.match(text, /words words/);
          assert.equal(lastRecord().llm!.usage!.outputTokens, 80);
        });

      test('a whole answer to who waits for a stream becomes one', async () => {
        const { status, type, text } = await call(answer(200, message), true);
        assert.deepEqual([status, type], [200, 'text/event-stream']);
        assert.match(text, /"Hi"/);
        assert.equal(lastRecord().llm!.usage!.outputTokens, 80);
      });

      test('a stream of no type, or of another one, is a stream', async () => {
        for (const type of ['text/plain', 'application/octet-stream', 'Text/Event-Stream; charset=utf-8']) {
          const { status, text } = await call(sse(begun + ended, { 'content-type': type }), true);
          assert.equal(status, 200);
          assert.match(text, /words words/);
        }
      });

      test('a stream without events is a failure that can be tried again', async () => {
        // In the client's own dialect the bytes go on as they come.
        const native = dialect.routeType === 'Messages';
        for (const body of native ? [''] : ['', ': keep-alive\n\n', 'not an event at all'])
          refused(await call(sse(body), true), 502, /before it began/);
      });

      /** The rest is sent when the client has seen the begin. */
      const callInTwo = async (first: string, rest: string): Promise<Answer> => {
        let seen: () => void;
        const reached = new Promise<void>((resolve) => {
          seen = resolve;
        });
        const handler: Handler = (_, outgoing) => {
          outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
          outgoing.write(first);
          void reached.then(() => outgoing.end(rest));
        };
        return call(handler, true, () => seen());
      };

      test('events in the wrong order', async () => {
        const args = { delta: { type: 'input_json_delta', partial_json: '{}' } };
        const orphan = event('content_block_delta', { index: 7, ...args });
        const answered = await callInTwo(begun, orphan + ended);
        if (dialect.routeType === 'Messages') assert.equal(answered.text, begun + orphan + ended);
        else {
          brokenOff(answered, /has not begun/);
          refused(await call(sse(orphan), true), 502, /has not begun/);
        }
      });

      test('an event that is no JSON, and one that is too large', async () => {
        const large = `data: ${'x'.repeat(11 * 1024 * 1024)}`;
        for (const [bad, says] of [
          ['data: {"type":\n\n', /not a JSON object/],
          [large, /too large/],
        ] as const) {
          const answered = await callInTwo(begun, bad);
          if (dialect.routeType !== 'Messages') brokenOff(answered, says);
          else assert.match(answered.text, /event: error/);
        }
      });
    });
  }
});
