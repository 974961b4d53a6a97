/** A realtime session through the running gateway: a key opens it, the ledger has it, a hard budget ends it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { addOpenAiRoute, clientWorld } from './support/client-world.ts';
import { eventually } from './support/eventually.ts';

const usage = { input_tokens: 300, output_tokens: 700 };
const done = JSON.stringify({ type: 'response.done', response: { usage } });

async function provider(t: TestContext): Promise<string> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => socket.on('message', () => socket.send(done)));
  t.after(() => {
    for (const socket of server.clients) socket.terminate();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test('realtime through the running gateway', async (t) => {
  const world = await clientWorld(t, ['--provider-url', `openai=${await provider(t)}`]);
  await addOpenAiRoute(world);
  const open = (key: string) =>
    new WebSocket(`${world.url.replace('http', 'ws')}/openai/v1/realtime?model=gpt-realtime`, {
      headers: { authorization: `Bearer ${key}` },
    });

  await t.test('only with a key; each response is counted', async () => {
    const stranger = open('tg-nobody');
    const [error] = (await once(stranger, 'error')) as [Error];
    assert.match(error.message, /401/);
    await world.key('tg-talks');
    const socket = open('tg-talks');
    await once(socket, 'open');
    for (let turn = 0; turn < 3; turn++) {
      socket.send('{"type":"response.create"}');
      await once(socket, 'message');
    }
    socket.close();
    await eventually(async () => {
      const [call] = await world.calls('user=tg-talks');
      const { operation, usage: used } = call!.llm!;
      assert.deepEqual(
        [call!.status, operation, used!.inputTokens, used!.outputTokens],
        [101, 'realtime', 900, 2_100],
      );
    });
  });

  await t.test('a hard budget ends it when what it holds is used; the next one is refused', async () => {
    await world.key('tg-spends', {}, { owner: 'tg-spends' });
    await world.budget('talk', {
      selector: { matchLabels: { owner: 'tg-spends' } },
      limit: { outputTokens: 1_000 },
      reservation: { defaultOutputTokens: 1_000, minimumOutputTokens: 1 },
      window: { lifetime: true },
    });
    const socket = open('tg-spends');
    await once(socket, 'open');
    const ended = once(socket, 'close');
    for (let turn = 0; turn < 2; turn++) socket.send('{"type":"response.create"}');
    const [code, reason] = await ended;
    assert.deepEqual([code, String(reason)], [1008, 'the budget holds no more for this session']);
    const next = open('tg-spends');
    const [error] = (await once(next, 'error')) as [Error];
    assert.match(error.message, /429/);
  });
});
