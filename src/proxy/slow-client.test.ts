/** A client that reads slowly slows its provider down: what is on the way stays bounded, whatever the answer's length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { begun, ended, event, provider } from './attempts.fixture.ts';
import { dataPathWorld, type Handler } from './data-path.fixture.ts';

const delta = event('content_block_delta', {
  index: 0,
  delta: { type: 'text_delta', text: 'words '.repeat(10_000) },
});
const pieces = 1_000;
/** What sockets on both sides hold, with room. */
const mostOnTheWay = 24 * 1024 * 1024;

for (const [name, path] of [
  ['passed through', '/v1/messages'],
  ['translated', '/v1/chat/completions'],
] as const) {
  test(`a long stream, ${name}`, async (t) => {
    let sent = 0;
    let read = 0;
    let most = 0;
    const handler: Handler = (_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(begun);
      let left = pieces;
      const more = () => {
        while (left > 0) {
          left--;
          sent += delta.length;
          most = Math.max(most, sent - read);
          if (!outgoing.write(delta)) return;
        }
        outgoing.end(ended);
      };
      outgoing.on('drain', more);
      more();
    };
    const upstream = await provider(t, handler);
    const world = await dataPathWorld(t, { origin: upstream.url });
    const messages = [{ role: 'user', content: 'x' }];
    const answer = await fetch(`http://127.0.0.1:${world.port}${path}`, {
      method: 'POST',
      body: JSON.stringify({ messages, max_tokens: 100_000, stream: true }),
    });
    for await (const chunk of answer.body!) {
      read += chunk.length;
      await nextTurn();
    }
    assert.ok(read >= pieces * 60_000, `${read} bytes arrived`);
    assert.ok(sent > 2 * mostOnTheWay && most < mostOnTheWay, `${most} of ${sent} bytes were on the way`);
    assert.equal(world.entries.length, 1);
  });
}

test('a small packet that unfolds to a long stream is unfolded as it is read', async (t) => {
  const whole = Buffer.from(begun + delta.repeat(3 * pieces) + ended);
  const packed = gzipSync(whole, { level: 1 });
  assert.ok(packed.length < whole.length / 50);
  const handler: Handler = (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    outgoing.end(packed);
  };
  const upstream = await provider(t, handler);
  const world = await dataPathWorld(t, { origin: upstream.url });
  const answer = await fetch(`http://127.0.0.1:${world.port}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: 'x' }], max_tokens: 9, stream: true }),
  });
  let read = 0;
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  for await (const chunk of answer.body!) {
    read += chunk.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    await nextTurn();
  }
  assert.equal(read, whole.length);
  assert.ok(most < (2 * whole.length) / 3, `${most} of ${read} bytes were held`);
});
