import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedServer } from '../../proxy/data-path.fixture.ts';
import { ask, textOf } from './exchange.ts';

async function serverAt(t: Parameters<typeof scriptedServer>[0]) {
  const { url, behave } = await scriptedServer(t);
  const { hostname, port } = new URL(url);
  const given = {
    address: hostname,
    port: Number(port),
    host: 'h',
    pathAndQuery: '/',
    headers: {},
    body: '{}',
  };
  return { given, behave };
}

async function read(answer: Parameters<typeof textOf>[0], most?: number) {
  let text = '';
  for await (const piece of textOf(answer, most)) text += piece;
  return text;
}

test('our end of the connection is known; the Host header is the one that was asked for', async (t) => {
  const { given, behave } = await serverAt(t);
  behave((incoming, outgoing) => {
    const { remoteAddress, remotePort } = incoming.socket;
    outgoing.end(`${incoming.headers.host} ${remoteAddress}:${remotePort}`);
  });
  const sent = ask(given);
  assert.equal(await read(await sent.answer), `h ${sent.source()}`);
});

test('what takes too long, is too long or is cut ends with a reason', async (t) => {
  const { given, behave } = await serverAt(t);
  behave(() => undefined);
  const silent = ask(given, 50);
  await assert.rejects(silent.answer, /longer than 0\.05 s/);
  behave((_, outgoing) => outgoing.write('begun'));
  const slow = ask(given, 200);
  await assert.rejects(read(await slow.answer));
  assert.equal(slow.brokenOff(), 'it took longer than 0.2 s');
  behave((_, outgoing) => void outgoing.end('x'.repeat(2_000)));
  await assert.rejects(read(await ask(given).answer, 1_000), /longer than 1000 characters/);
  behave((_, outgoing) => {
    outgoing.writeHead(200, { 'content-length': '100' });
    outgoing.write('half', () => outgoing.destroy());
  });
  await assert.rejects(read(await ask(given).answer));
});
