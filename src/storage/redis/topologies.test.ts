/** Counters over Sentinels and over a Cluster: real servers, lost and moved while they count. */
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { freePort } from '../../../test/support/free-port.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { counterConformance } from '../counter-conformance.ts';
import { openRedisCounters, type RedisCounters } from './counter-store.ts';
import { noRedis } from './redis-server.fixture.ts';
import { startClusterTopology, startSentinelTopology, tell, until } from './redis-topologies.fixture.ts';
import { slotOf } from './slots.ts';

const window = { windowStart: 86_400, windowSeconds: 86_400 };
const open = (url: string, timeoutMs = 2_000) =>
  openRedisCounters({ url, timeoutMs, nowMs: () => performance.now() + 1_000_000, random: () => 0.5 });
const addOne = (store: RedisCounters, key: string) => store.add([{ key, ...window, add: 1 }]);

if (noRedis === false) {
  for (const [name, start] of [
    ['redis behind a Sentinel', startSentinelTopology],
    ['redis cluster', startClusterTopology],
  ] as const) {
    // One for all of the suite: it takes seconds to start.
    const topology = await start();
    after(() => topology.stop());
    counterConformance(
      name,
      async (nowSeconds) => {
        const openAt = () =>
          openRedisCounters({
            url: topology.url,
            timeoutMs: 2_000,
            nowMs: () => nowSeconds() * 1_000,
            random: () => 0,
          });
        let store = openAt();
        await store.reset('');
        return {
          store,
          reopen: async () => {
            store.close();
            store = openAt();
            return store;
          },
          close: async () => store.close(),
        };
      },
      { ignoresWindowLength: true },
    );
  }
}

suite('Sentinels', { skip: noRedis }, () => {
  test('a lost primary is followed to the one that takes over; nothing is counted twice', async (t) => {
    const topology = await startSentinelTopology();
    const store = open(topology.url, 500);
    t.after(async () => {
      store.close();
      await topology.stop();
    });
    for (let call = 1; call <= 20; call++) assert.deepEqual(await addOne(store, 'k_'), [call]);
    await until(async () => (await tell(topology.replica.port, 'GET', 'k_86400')) === '20');
    await topology.primary.stop();
    let failed = 0;
    let counted = 20;
    await until(async () => {
      try {
        [counted] = (await addOne(store, 'k_')) as [number];
        return true;
      } catch (error) {
        assert.ok(error instanceof RateLimitUnavailable);
        failed++;
        return false;
      }
    });
    assert.ok(failed > 0);
    assert.equal(counted, 21);
    assert.deepEqual(await addOne(store, 'k_'), [22]);
    assert.equal(await tell(topology.replica.port, 'GET', 'k_86400'), '22');
  });

  test('a primary that became a replica is left at once', async (t) => {
    const topology = await startSentinelTopology();
    const store = open(topology.url);
    t.after(async () => {
      store.close();
      await topology.stop();
    });
    assert.deepEqual(await addOne(store, 'k_'), [1]);
    await until(async () => (await tell(topology.replica.port, 'GET', 'k_86400')) === '1');
    // Until the Sentinel has seen that the replica is well.
    await until(
      async () => (await tell(topology.sentinel.port, 'SENTINEL', 'FAILOVER', 'counters')) === 'OK',
    );
    await until(async () => String(await tell(topology.primary.port, 'ROLE')).startsWith('slave'));
    await until(async () => String(await tell(topology.replica.port, 'ROLE')).startsWith('master'));
    let value: number[] = [];
    await until(async () => {
      value = await addOne(store, 'k_');
      return true;
    });
    assert.deepEqual(value, [2]);
  });

  test('no Sentinel that answers, or knows the name: refused in time, without an address', async (t) => {
    const gone = open(`redis+sentinel://:secret@127.0.0.1:${await freePort()}/counters`, 300);
    const topology = await startSentinelTopology();
    const unknown = open(topology.url.replace('/counters', '/others'), 300);
    t.after(async () => {
      for (const store of [gone, unknown]) store.close();
      await topology.stop();
    });
    for (const store of [gone, unknown]) {
      const told = (error: Error) =>
        error instanceof RateLimitUnavailable && /no Sentinel names a primary/.test(error.message);
      await assert.rejects(addOne(store, 'k_'), told);
      await assert.rejects(addOne(store, 'k_'), told);
    }
  });
});

suite('Cluster', { skip: noRedis }, () => {
  test('counters of one call on several members; calls at once count once each', async (t) => {
    const topology = await startClusterTopology();
    const store = open(topology.url);
    t.after(async () => {
      store.close();
      await topology.stop();
    });
    const keys = ['a_', 'b_', 'c_', 'd_', 'e_', 'f_'];
    const members = new Set(keys.map((key) => Math.floor((slotOf(`${key}86400`) * 3) / 16_384)));
    assert.equal(members.size, 3);
    const increments = keys.map((key, n) => ({ key, ...window, add: n + 1 }));
    const calls = Array.from({ length: 300 }, () => store.add(increments));
    const values = await Promise.all(calls);
    assert.deepEqual(
      await store.add(increments.map((i) => ({ ...i, add: 0 }))),
      [300, 600, 900, 1200, 1500, 1800],
    );
    assert.equal(new Set(values.map(([first]) => first)).size, 300);
  });

  test('a slot that moves while it is counted in loses nothing', async (t) => {
    const topology = await startClusterTopology();
    const store = open(topology.url);
    t.after(async () => {
      store.close();
      await topology.stop();
    });
    const slot = slotOf('moving_86400');
    const at = Math.floor((slot * 3) / 16_384);
    const [from, to] = [topology.nodes[at]!, topology.nodes[(at + 1) % 3]!];
    assert.deepEqual(await addOne(store, 'moving_'), [1]);
    const [fromId, toId] = [await tell(from.port, 'CLUSTER', 'MYID'), await tell(to.port, 'CLUSTER', 'MYID')];
    await tell(to.port, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', String(fromId));
    await tell(from.port, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', String(toId));
    assert.deepEqual(await addOne(store, 'moving_'), [2]);
    await tell(from.port, 'MIGRATE', '127.0.0.1', String(to.port), 'moving_86400', '0', '5000');
    // The key has gone, its slot not yet: the member answers ASK.
    assert.deepEqual(await addOne(store, 'moving_'), [3]);
    for (const node of [to, from, ...topology.nodes])
      await tell(node.port, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', String(toId));
    // Now it answers MOVED.
    assert.deepEqual(await addOne(store, 'moving_'), [4]);
    assert.deepEqual(await addOne(store, 'moving_'), [5]);
  });

  test('a lost member refuses its own keys only', async (t) => {
    const topology = await startClusterTopology();
    const store = open(topology.url, 500);
    t.after(async () => {
      store.close();
      await topology.stop();
    });
    const keys = ['a_', 'b_', 'c_', 'd_', 'e_', 'f_'];
    const memberOf = (key: string) => Math.floor((slotOf(`${key}86400`) * 3) / 16_384);
    for (const key of keys) await addOne(store, key);
    await topology.nodes[2]!.stop();
    for (const key of keys) {
      if (memberOf(key) === 2) await assert.rejects(addOne(store, key), RateLimitUnavailable);
      else assert.deepEqual(await addOne(store, key), [2]);
    }
  });
});
