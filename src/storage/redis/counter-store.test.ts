import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { counterConformance } from '../counter-conformance.ts';
import { RedisConnection } from './connection.ts';
import { openRedisCounters } from './counter-store.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';

const nowMs = () => performance.now() + 1_000_000;
const open = (url: string, timeoutMs = 2_000) =>
  openRedisCounters({ url, timeoutMs, nowMs, random: () => 0.5 });
const window = { windowStart: 86_400, windowSeconds: 86_400 };

if (noRedis === false) {
  counterConformance(
    'redis',
    async (nowSeconds) => {
      const redis = await startRedis();
      const openAt = () =>
        openRedisCounters({
          url: redis.url,
          timeoutMs: 2_000,
          nowMs: () => nowSeconds() * 1_000,
          random: () => 0,
        });
      let store = openAt();
      return {
        store,
        reopen: async () => {
          store.close();
          store = openAt();
          return store;
        },
        close: async () => {
          store.close();
          await redis.stop();
        },
      };
    },
    { ignoresWindowLength: true },
  );
}

suite('with a real Redis server', { skip: noRedis }, () => {
  test('keys, values and expiry are those of envoyproxy/ratelimit: both may count in one server', async (t) => {
    const redis = await startRedis();
    const store = open(redis.url);
    const raw = new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs });
    t.after(async () => {
      store.close();
      raw.close();
      await redis.stop();
    });
    // What the original sends for a call.
    await raw.send(['INCRBY', 'd_user_mike_86400', '5']);
    await raw.send(['EXPIRE', 'd_user_mike_86400', '86500']);
    assert.deepEqual(await store.add([{ key: 'd_user_mike_', ...window, add: 3 }]), [8]);
    assert.equal(await raw.send(['INCRBY', 'd_user_mike_86400', '2']), 10);
    const ttl = Number(await raw.send(['TTL', 'd_user_mike_86400']));
    assert.ok(ttl > 86_400 && ttl <= 86_400 + 300, `${ttl}`);
    await store.add([{ key: 'd_user_mike_', ...window, add: 0 }]);
    assert.equal(await raw.send(['GET', 'd_user_mike_86400']), '10');
    await store.add([{ key: 'd_user_new_', ...window, add: 0 }]);
    assert.equal(await raw.send(['GET', 'd_user_new_86400']), '0');
  });

  test('calls at once: every hit counts once, each sees its own value', async (t) => {
    const redis = await startRedis();
    const [one, two] = [open(redis.url), open(redis.url)];
    t.after(async () => {
      one.close();
      two.close();
      await redis.stop();
    });
    const calls = Array.from({ length: 2_000 }, (_, n) =>
      (n % 2 ? one : two).add([{ key: 'k_', ...window, add: 1 }]),
    );
    const values = (await Promise.all(calls)).map(([value]) => value!);
    assert.deepEqual(
      values.sort((a, b) => a - b),
      Array.from({ length: 2_000 }, (_, n) => n + 1),
    );
  });

  test('scripts that the server forgot, errors that it tells, a value that is no number', async (t) => {
    const redis = await startRedis();
    const store = open(redis.url);
    const raw = new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs });
    t.after(async () => {
      store.close();
      raw.close();
      await redis.stop();
    });
    await store.add([{ key: 'k_', ...window, add: 1 }]);
    await raw.send(['SCRIPT', 'FLUSH']);
    assert.deepEqual(await store.add([{ key: 'k_', ...window, add: 1 }]), [2]);
    await raw.send(['SET', 'text_86400', 'no number']);
    await assert.rejects(store.add([{ key: 'text_', ...window, add: 1 }]), RateLimitUnavailable);
    assert.deepEqual(await store.add([{ key: 'k_', ...window, add: 1 }]), [3]);
  });

  test('a password, a user with one, a wrong one; none is ever told', async (t) => {
    const redis = await startRedis({
      args: ['--requirepass', 'first-secret', '--user', 'app', 'on', '>app-secret', '~*', '+@all'],
    });
    t.after(() => redis.stop());
    const at = (credentials: string) => `redis://${credentials}@127.0.0.1:${redis.port}/1`;
    for (const credentials of [':first-secret', 'app:app-secret']) {
      const store = open(at(credentials));
      assert.equal((await store.add([{ key: 'k_', ...window, add: 1 }])).length, 1);
      store.close();
    }
    const wrong = open(at('app:wrong-secret'));
    await assert.rejects(wrong.add([{ key: 'k_', ...window, add: 1 }]), (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.cause}`, /secret/);
      return /WRONGPASS|invalid/.test(error.message);
    });
    wrong.close();
  });

  test('a server that stops: errors at once, and counting goes on when it is back', async (t) => {
    const redis = await startRedis();
    let clock = 0;
    const store = openRedisCounters({
      url: redis.url,
      timeoutMs: 1_000,
      nowMs: () => clock,
      random: () => 0,
    });
    const add = () => store.add([{ key: 'k_', ...window, add: 1 }]);
    assert.deepEqual(await add(), [1]);
    await redis.stop();
    await assert.rejects(add, RateLimitUnavailable);
    await assert.rejects(add, RateLimitUnavailable);
    const again = await startRedis({ port: redis.port });
    t.after(async () => {
      store.close();
      await again.stop();
    });
    await assert.rejects(add, RateLimitUnavailable, 'not tried again yet');
    clock += 10_000;
    assert.deepEqual(await add(), [1]);
  });
});

test('a server that hangs costs one timeout; then calls fail at once', async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const store = open(`redis://127.0.0.1:${port}`, 50);
  t.after(() => {
    store.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const add = () => store.add([{ key: 'k_', ...window, add: 1 }]);
  const together = await Promise.allSettled(Array.from({ length: 100 }, add));
  assert.ok(together.every(({ status }) => status === 'rejected'));
  await assert.rejects(add, /no answer within 50 ms/);
  if (sockets.length === 0) await once(server, 'connection');
  assert.equal(sockets.length, 1);
});

test('answers that are none end the connection, not the process', async (t) => {
  for (const answer of [
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    ':1\r\n:2\r\n:3\r\n',
    '*99999999\r\n',
    '$x\r\n',
    '*2\r\n:1\r\n:2\r\n',
  ]) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(`+OK\r\n${answer}`));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const store = open(`redis://127.0.0.1:${port}`, 500);
    t.after(() => server.close());
    await assert.rejects(store.add([{ key: 'k_', ...window, add: 1 }]), RateLimitUnavailable, answer);
    store.close();
  }
});

test('URLs that are none are refused without being quoted', () => {
  for (const url of ['', 'localhost:6379', 'http://x', 'redis://', 'redis://u:secret@h/x']) {
    assert.throws(
      () => open(url),
      (error: Error) => !error.message.includes('secret'),
      url,
    );
  }
});
