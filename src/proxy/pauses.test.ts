/** How long it all may take: pauses between attempts, timeouts of every kind, the retry budget; over real sockets. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import {
  answer,
  ask,
  begun,
  hang,
  message,
  overloaded,
  provider,
  retry,
  twoGroups,
} from './attempts.fixture.ts';
import { dataPathWorld } from './data-path.fixture.ts';

test('the same provider is asked again after the backoff, or when it asked to be', async (t) => {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const a = await provider(t, answer(503, overloaded));
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry: { retries: 3, backoffMs: 100 } },
    options: { sleep },
  });
  assert.equal((await ask(world)).status, 503);
  assert.equal(a.calls, 4);
  assert.deepEqual(pauses, [125, 250, 500]);
  pauses.length = 0;
  a.behave(answer(503, overloaded, { 'retry-after-ms': '1500' }));
  await ask(world);
  assert.deepEqual(pauses, [1_500, 1_500, 1_500]);
  a.behave(answer(503, overloaded, { 'retry-after': '600' }));
  pauses.length = 0;
  const refused = await ask(world);
  assert.deepEqual([refused.status, refused.headers.get('retry-after'), pauses], [503, '600', []]);
});

test('retries are at most a fifth of the calls, however much fails', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const nowMs = Date.now();
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry: { retries: 3, backoffMs: 1 } },
    options: { nowMs: () => nowMs, sleep: async () => undefined },
  });
  const calls = 50;
  for (let i = 0; i < calls; i++) assert.equal((await ask(world)).status, 500);
  assert.ok(a.calls <= calls + 10 + calls * 0.2, `${a.calls} attempts`);
  assert.ok(a.calls >= calls + 15);
  await world.end();
  assert.match(world.records.at(-1)!.decisions.join(), /too many calls are being retried/);
});

test('a call has so long, with all its attempts; an attempt may have its own time', async (t) => {
  const a = await provider(t, hang);
  const b = await provider(t, hang);
  const total = await twoGroups(t, a, b, { rule: { requestTimeoutMs: 120, traffic: traffic({ retry }) } });
  assert.equal((await ask(total)).status, 504);
  assert.deepEqual([a.calls, b.calls], [1, 0]);
  b.behave(answer(200, message));
  const each = await twoGroups(t, a, b, { rule: { attemptTimeoutMs: 80, traffic: traffic({ retry }) } });
  assert.equal((await ask(each)).status, 200);
});

const traffic = (more: object) => ({ broken: [], authorization: [], budgets: [], ...more });

test('a stream that falls silent, or goes on for too long, is ended in the client’s dialect', async (t) => {
  const a = await provider(t, (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(begun);
  });
  const silent = await dataPathWorld(t, { origin: a.url, groups: [[{ idleTimeoutMs: 100 }]] });
  const { status, text } = await ask(silent, { stream: true });
  assert.equal(status, 200);
  assert.match(text, /error/);
  assert.equal(silent.charged.length, 1);
  a.behave((_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(begun);
    const timer = setInterval(() => outgoing.write(': ping\n\n'), 10);
    outgoing.on('close', () => clearInterval(timer));
  });
  const endless = await dataPathWorld(t, {
    origin: a.url,
    rule: { requestTimeoutMs: 150, traffic: traffic({}) },
  });
  assert.match((await ask(endless, { stream: true })).text, /error/);
  await endless.end();
  assert.match(endless.records[0]!.error!, /too long/);
});

test('a client that leaves during a pause: no other attempt, one settlement', async (t) => {
  const a = await provider(t, answer(503, overloaded));
  const paused = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const world = await dataPathWorld(t, {
    origin: a.url,
    traffic: { retry },
    options: {
      sleep: () => {
        paused.resolve();
        return goOn.promise;
      },
    },
  });
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] });
  const client = connect(world.port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await paused.promise;
  client.destroy();
  // Another call is served only after the gateway has seen that the first one's connection is gone.
  await fetch(`http://127.0.0.1:${world.port}/`).then((answered) => answered.text());
  goOn.resolve();
  await world.end();
  assert.equal(a.calls, 1);
  assert.equal(world.entries.length, 1);
  assert.equal(world.records.at(-1)!.attempts!.length, 1);
});
