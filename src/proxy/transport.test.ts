/** How an exchange with a provider fails, told apart: what could have been used depends on it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../test/support/free-port.ts';
import { chooseTransport, engines } from './create-transport.ts';
import { scriptedServer } from './data-path.fixture.ts';
import { defaultTransport, type Transport, type TransportOptions, UpstreamFailure } from './transport.ts';

type Make = (options?: Partial<TransportOptions>) => Transport;

/** Both ways to an upstream fail alike. */
function failing(name: string, body: (transport: Make, t: TestContext) => Promise<void>): void {
  for (const engine of engines) {
    test(`${name} (${engine})`, async (t) => {
      const createTransport = await chooseTransport({ TOLLGATE_UPSTREAM_HTTP: engine });
      await body((options) => {
        const made = createTransport({ ...defaultTransport, ...options });
        t.after(() => made.close());
        return made;
      }, t);
    });
  }
}

const get = (url: string, headersTimeoutMs = 5_000) => ({
  method: 'GET',
  url,
  headers: {},
  body: null,
  headersTimeoutMs,
});
const kindOf = (kind: UpstreamFailure['kind']) => (error: unknown) =>
  error instanceof UpstreamFailure && error.kind === kind;

/** A server of raw bytes. */
async function rawServer(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => serve(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

failing('nobody listens: unreachable, and the client is told no address', async (transport) => {
  const port = await freePort();
  const failure = await transport()
    .send(get(`http://127.0.0.1:${port}/`))
    .response.then(
      () => assert.fail('it was answered'),
      (error: UpstreamFailure) => error,
    );
  assert.equal(failure.kind, 'unreachable');
  assert.equal(failure.message, 'Connect: Connection refused');
});

failing(
  'closed before an answer, or with one that is no HTTP: the request had been sent',
  async (transport, t) => {
    const closing = await rawServer(t, (socket) => socket.destroy());
    await assert.rejects(transport().send(get(closing)).response, kindOf('closed'));
    const nonsense = await rawServer(t, (socket) => socket.end('SSH-2.0-x\r\n'));
    await assert.rejects(transport().send(get(nonsense)).response, kindOf('closed'));
  },
);

failing('no head in time', async (transport, t) => {
  const silent = await rawServer(t, () => undefined);
  await assert.rejects(transport().send(get(silent, 50)).response, kindOf('timeout'));
});

failing('a body that is cut, stops, or is too large', async (transport, t) => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome';
  const cut = await rawServer(t, (socket) => socket.end(head));
  await assert.rejects((await transport().send(get(cut)).response).text(5_000), kindOf('cut'));
  const stopping = await rawServer(t, (socket) => void socket.write(head));
  const impatient = transport({ bodyIdleTimeoutMs: 50 });
  await assert.rejects((await impatient.send(get(stopping)).response).text(5_000), kindOf('timeout'));
  const large = await scriptedServer(t);
  large.behave((_, outgoing) => void outgoing.end('x'.repeat(5_000)));
  const response = await transport().send(get(large.url)).response;
  await assert.rejects(response.text(4_999), kindOf('too_large'));
  assert.equal((await (await transport().send(get(large.url)).response).text(5_000)).length, 5_000);
});

failing('abort: before the head, inside the body, and after the end', async (transport, t) => {
  const ended: Promise<unknown>[] = [];
  const url = await rawServer(t, (socket) => {
    ended.push(once(socket, 'close'));
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome');
  });
  const early = transport().send(get(url));
  early.abort();
  await assert.rejects(early.response, kindOf('aborted'));
  const inside = transport().send(get(url));
  const reading = (await inside.response).text(100);
  inside.abort();
  await assert.rejects(reading, kindOf('aborted'));
  await Promise.all(ended);
  const whole = await scriptedServer(t);
  whole.behave((_, outgoing) => void outgoing.end('all'));
  const done = transport().send(get(whole.url));
  assert.equal(await (await done.response).text(100), 'all');
  done.abort();
});

failing('a reader that asks for a pause gets nothing until it goes on', async (transport, t) => {
  const server = await scriptedServer(t);
  const size = 4 * 1024 * 1024;
  server.behave((_, outgoing) => void outgoing.end(Buffer.alloc(size, 'x')));
  const response = await transport().send(get(server.url)).response;
  let received = 0;
  let paused = false;
  let whilePaused = 0;
  await response.stream((chunk) => {
    received += chunk.length;
    if (paused) whilePaused++;
    paused = true;
    setImmediate(() => {
      paused = false;
      response.resume();
    });
    return false;
  });
  assert.equal(received, size);
  assert.equal(whilePaused, 0);
});
