import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RedisConnection } from '../src/storage/redis/connection.ts';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

test('two gateways over one Redis count together, also with what the original counted there', {
  skip: noRedis,
}, async (t) => {
  const redis = await startRedis();
  const directory = temporaryDirectory();
  writeFileSync(
    join(directory, 'limits.yaml'),
    'domain: d\ndescriptors: [{key: user, rate_limit: {unit: year, requests_per_unit: 10}}]',
  );
  const start = () =>
    startGateway({
      args: ['--ratelimit-config', directory, '--rls-http-port', '18080'],
      env: { TOLLGATE_REDIS_URL: redis.url },
    });
  const gateways = await Promise.all([start(), start()]);
  const raw = new RedisConnection({ url: redis.url, timeoutMs: 2_000, nowMs: Date.now });
  t.after(async () => {
    raw.close();
    for (const gateway of gateways) {
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
    removeDirectory(directory);
    await redis.stop();
  });
  const year = 31_536_000;
  const start0 = Math.floor(Date.now() / 1_000);
  await raw.send(['INCRBY', `d_user_mike_${start0 - (start0 % year)}`, '3']);
  const ask = async (at: number) => {
    const answer = await fetch(`http://${gateways[at]!.address}:18080/json`, {
      method: 'POST',
      body: JSON.stringify({ domain: 'd', descriptors: [{ entries: [{ key: 'user', value: 'mike' }] }] }),
    });
    const body = (await answer.json()) as { statuses: { limitRemaining: number }[] };
    return body.statuses[0]!.limitRemaining;
  };
  assert.deepEqual([await ask(0), await ask(1), await ask(0)], [6, 5, 4]);
  await redis.stop();
  const broken = await fetch(`http://${gateways[0]!.address}:18080/json`, {
    method: 'POST',
    body: '{"domain":"d","descriptors":[{"entries":[{"key":"user"}]}]}',
  });
  assert.equal(broken.status, 400);
  const metrics = await (await fetch(`http://${gateways[0]!.address}:15020/metrics`)).text();
  assert.match(metrics, /ratelimit_service_should_rate_limit_error\{err_type="redis_error"\} 1/);
});

test('limits per second count in a server of their own where one is named, also beside one per minute', {
  skip: noRedis,
}, async (t) => {
  const [perSecond, others] = [await startRedis(), await startRedis()];
  const directory = temporaryDirectory();
  writeFileSync(
    join(directory, 'limits.yaml'),
    `domain: d
descriptors:
  - {key: burst, rate_limit: {unit: second, requests_per_unit: 100}}
  - {key: user, rate_limit: {unit: minute, requests_per_unit: 100}}`,
  );
  const gateway = await startGateway({
    args: ['--ratelimit-config', directory, '--rls-http-port', '18080'],
    env: {
      TOLLGATE_RATELIMIT_REDIS_URL: others.url,
      TOLLGATE_RATELIMIT_REDIS_PERSECOND_URL: perSecond.url,
    },
  });
  t.after(async () => {
    await gateway.stop();
    for (const path of [gateway.dataDir, directory]) removeDirectory(path);
    for (const server of [perSecond, others]) await server.stop();
  });
  const answer = await fetch(`http://${gateway.address}:18080/json`, {
    method: 'POST',
    body: JSON.stringify({
      domain: 'd',
      hitsAddend: 3,
      descriptors: ['user', 'burst', 'user'].map((key) => ({ entries: [{ key, value: 'mike' }] })),
    }),
  });
  const { statuses } = (await answer.json()) as { statuses: { limitRemaining: number }[] };
  assert.deepEqual(
    statuses.map(({ limitRemaining }) => limitRemaining),
    [97, 97, 94],
  );
  assert.deepEqual(await keysAt(perSecond.url), ['d_burst_mike']);
  assert.deepEqual(await keysAt(others.url), ['d_user_mike']);
});

/** Without the start of their window. */
async function keysAt(url: string): Promise<string[]> {
  const raw = new RedisConnection({ url, timeoutMs: 2_000, nowMs: Date.now });
  const keys = (await raw.send(['KEYS', '*'])) as string[];
  raw.close();
  return keys.map((key) => key.replace(/_\d+$/, ''));
}
