/** Whatever a server does with a connection, at whatever byte: no wait outlasts its bound, and no answer goes to another command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedClient } from './bounded-client.ts';
import { type Ending, startBrokenServer } from './broken-server.fixture.ts';
import type { RedisClient } from './client.ts';
import { RedisConnection, RedisUnavailable } from './connection.ts';
import { openRedisClient } from './open-client.ts';
import type { Reply } from './resp.ts';

const nowMs = () => performance.now();
const timeoutMs = 60;
/** Where answers that are there are to be read before it is over. */
const longMs = 1_000;
/** For a machine that has other things to do. */
const slackMs = 2_000;
const answers = [':41\r\n', '$11\r\nhello\r\nbyes\r\n', '*3\r\n$2\r\nok\r\n:7\r\n$-1\r\n', '+OK\r\n'];
const replies: Reply[] = [41, 'hello\r\nbyes', ['ok', 7, null], 'OK'];
const length = answers.join('').length;

/** How many answers are complete in the first `bytes`. */
function completeIn(bytes: number): number {
  return answers.filter((_, n) => answers.slice(0, n + 1).join('').length <= bytes).length;
}

async function breakOff(ending: Ending, bytes: number): Promise<void> {
  const server = await startBrokenServer(answers);
  const connection = new RedisConnection({ url: server.url, timeoutMs: longMs, maxBackoffMs: 1, nowMs });
  server.breakAfter(bytes, ending);
  const began = performance.now();
  const told = await Promise.allSettled(answers.map((_, n) => connection.send([`COMMAND-${n}`])));
  const place = `${ending} after ${bytes} bytes`;
  assert.ok(performance.now() - began < longMs + slackMs, place);
  // What a reset left unread is lost with it.
  const complete = ending === 'reset' ? undefined : completeIn(bytes);
  for (const [n, one] of told.entries()) {
    if (complete !== undefined) assert.equal(one.status, n < complete ? 'fulfilled' : 'rejected', place);
    if (one.status === 'fulfilled') assert.deepEqual(one.value, replies[n], place);
    else assert.ok(one.reason instanceof RedisUnavailable && one.reason.mayHaveRun, place);
  }
  server.breakAfter(Number.POSITIVE_INFINITY, 'closed');
  await eventuallyAnswered(connection, place);
  connection.close();
  await server.close();
}

test('an answer that breaks off at any byte: what was complete is told, the rest fails in time, later commands get their own', async () => {
  const everywhere = Array.from({ length }, (_, bytes) => bytes);
  for (const ending of ['silent', 'closed', 'reset'] as const)
    await Promise.all(everywhere.map((bytes) => breakOff(ending, bytes)));
});

/** The first attempts may come before it is time to connect again. */
async function eventuallyAnswered(connection: RedisConnection, place: string): Promise<void> {
  for (let tries = 200; ; tries--) {
    const told = await Promise.allSettled([2, 1].map((n) => connection.send([`COMMAND-${n}`])));
    for (const [at, one] of told.entries())
      if (one.status === 'fulfilled') assert.deepEqual(one.value, replies[2 - at], place);
    if (told.every(({ status }) => status === 'fulfilled')) return;
    assert.ok(tries > 0, place);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a server, Sentinels and a Cluster that accept and never answer: refused within the bound', async (t) => {
  const server = await startBrokenServer(answers);
  t.after(() => server.close());
  server.breakAfter(0, 'silent');
  const address = server.url.slice('redis://'.length);
  for (const url of [server.url, `redis+sentinel://${address}/main`, `redis+cluster://${address}`]) {
    const client = openRedisClient({ url, timeoutMs, nowMs });
    const began = performance.now();
    await assert.rejects(client.send(['GET', 'a'], 'a'), RedisUnavailable);
    await assert.rejects(
      client.primaries().then(([first]) => first!.send(['PING'])),
      RedisUnavailable,
    );
    assert.ok(performance.now() - began < 8 * timeoutMs + slackMs, url);
    client.close();
  }
});

test('a client below that never comes to an end is given up for another, and its callers go on', async (t) => {
  let opened = 0;
  let closed = 0;
  const never = new Promise<never>(() => {});
  const stuck = (): RedisClient => ({
    send: (command) => (opened > 1 && command[0] === 'GET' ? Promise.resolve('answer') : never),
    together: (keys) => [keys.map((_, at) => at)],
    primaries: () => never,
    close: () => void closed++,
  });
  const open = () => {
    opened++;
    return stuck();
  };
  const client = new BoundedClient(open, { timeoutMs: 10, nowMs });
  // Its timers keep no process up: a real client's do.
  const alive = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(alive));
  const all = await Promise.allSettled([
    client.send(['GET', 'a'], 'a'),
    client.send(['SET'], 'a'),
    client.primaries(),
  ]);
  for (const one of all) {
    assert.ok(one.status === 'rejected' && one.reason instanceof RedisUnavailable && one.reason.mayHaveRun);
    assert.match(one.reason.message, /no answer within 40 ms/);
  }
  assert.deepEqual([opened, closed], [2, 1]);
  assert.equal(await client.send(['GET', 'a'], 'a'), 'answer');
  await assert.rejects(client.send(['SET'], 'a'), RedisUnavailable);
  client.close();
});
