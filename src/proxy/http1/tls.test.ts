/** Providers over TLS: who they are is proved, and a connection is used again as without it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { createAuthority } from '../../../test/support/certificates.ts';
import type { UpstreamFailure } from '../transport.ts';
import { outcomeOf, requestTo, transportOf } from './wire.fixture.ts';

const trusted = getCACertificates('default');
let authority: Awaited<ReturnType<typeof createAuthority>>;

before(async () => {
  authority = await createAuthority('trusted');
  setDefaultCACertificates([...trusted, authority.ca]);
});
after(() => setDefaultCACertificates(trusted));

async function tlsServer(t: TestContext, certificate: { cert: string; key: string }) {
  const sockets: TLSSocket[] = [];
  const bodies: string[] = [];
  const server = createServer(
    { ...certificate, ALPNProtocols: ['h2', 'http/1.1'] },
    async (incoming, outgoing) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      bodies.push(body);
      for (let i = 0; i < 50; i++) outgoing.write(`data: ${'x'.repeat(1_000)}\n\n`);
      outgoing.end('data: [DONE]\n\n');
    },
  );
  server.on('secureConnection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, bodies };
}

test('HTTP/1.1 by agreement; the connection serves several requests, the next one begins with its session', async (t) => {
  const { port, sockets, bodies } = await tlsServer(t, await authority.issue());
  const transport = transportOf(t);
  const ask = (more: object = {}) =>
    outcomeOf(
      transport,
      requestTo(`https://localhost:${port}/v1`, { method: 'POST', body: '{"a":"é"}', ...more }),
    );
  for (let i = 0; i < 3; i++) {
    const outcome = await ask();
    assert.ok('body' in outcome && outcome.body.length > 50_000 && outcome.body.endsWith('[DONE]\n\n'));
  }
  assert.deepEqual(bodies, Array(3).fill('{"a":"é"}'));
  assert.equal(sockets.length, 1);
  assert.equal(sockets[0]!.alpnProtocol, 'http/1.1');
  sockets[0]!.end();
  await once(sockets[0]!, 'close');
  await ask();
  assert.equal(sockets.length, 2);
  assert.equal(sockets[1]!.isSessionReused(), true);
});

test('a certificate of nobody we trust, or of another name: unreachable, and nothing is sent', async (t) => {
  const stranger = await createAuthority('stranger');
  const transport = transportOf(t);
  for (const [certificate, host] of [
    [await stranger.issue(), 'localhost'],
    [await authority.issue(), '127.0.0.2'],
  ] as const) {
    const { port, bodies } = await tlsServer(t, certificate);
    const failed = transport.send(requestTo(`https://${host}:${port}/`)).response;
    await assert.rejects(failed, ({ kind, message }: UpstreamFailure) => {
      assert.equal(kind, 'unreachable');
      assert.doesNotMatch(message, /127|localhost/);
      return true;
    });
    assert.deepEqual(bodies, []);
  }
});

test('a server without TLS, or one that ends the handshake: unreachable', async (t) => {
  const { createServer: createTcp } = await import('node:net');
  const server = createTcp((socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad\r\n\r\n'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const failed = transportOf(t).send(requestTo(`https://localhost:${port}/`)).response;
  await assert.rejects(failed, ({ kind }: UpstreamFailure) => kind === 'unreachable');
});
