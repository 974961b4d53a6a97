/** Our service beside envoyproxy/ratelimit itself (`TOLLGATE_RATELIMIT_ORIGINAL`): a migration over one Redis, and ours as its client. */
import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { createRateLimitClient } from '../src/rls/client.ts';
import { noRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { type Original, startOriginal } from './support/rate-limit/original.ts';
import { startOurs } from './support/rate-limit/ours.ts';

const binary = process.env['TOLLGATE_RATELIMIT_ORIGINAL'];
const scenario = {
  name: 'beside',
  files: {
    'limits.yaml': `domain: d
descriptors:
- {key: user, rate_limit: {unit: year, requests_per_unit: 10, name: users}}
- {key: path, value: "docs/*", share_threshold: true, rate_limit: {unit: month, requests_per_unit: 10}}
`,
  },
  steps: [],
};

function clientOf(t: TestContext, port: number) {
  const client = createRateLimitClient({ addresses: [`127.0.0.1:${port}`], tls: false, deadlineMs: 2_000 });
  t.after(() => client.close());
  return async (key: string, value: string, hitsAddend = 1) => {
    const descriptors = [{ entries: [{ key, value }], hitsAddend }];
    return client.shouldRateLimit({ domain: 'd', descriptors });
  };
}

/** `before`: what has to end while its Redis is still there. */
async function start(t: TestContext, before?: { close(): Promise<void> }[]): Promise<Original> {
  const original = await startOriginal(binary!, scenario);
  t.after(async () => {
    for (const peer of before ?? []) await peer.close();
    await original.close();
  });
  return original;
}

suite('beside the original', {
  skip: binary === undefined ? 'TOLLGATE_RATELIMIT_ORIGINAL names no binary' : noRedis,
}, () => {
  test('calls that go to one and to the other count together, in the same keys', async (t) => {
    const first: { close(): Promise<void> }[] = [];
    const original = await start(t, first);
    const ours = await startOurs(scenario, original.redisUrl);
    first.push(ours);
    ours.setClock!(Math.floor(Date.now() / 1_000));
    const [there, here] = [clientOf(t, original.grpcPort), clientOf(t, ours.grpcPort)];
    const remaining = [];
    for (const [ask, value] of [
      [there, 'docs/a'],
      [here, 'docs/b'],
      [there, 'docs/c'],
    ] as const)
      remaining.push((await ask('path', value)).statuses[0]!.limitRemaining);
    assert.deepEqual(remaining, [9, 8, 7]);
    assert.equal((await there('user', 'mike', 4)).statuses[0]!.limitRemaining, 6);
    assert.equal((await here('user', 'mike', 6)).overallCode, 'OK');
    assert.equal((await there('user', 'mike')).overallCode, 'OVER_LIMIT');
    assert.equal((await here('user', 'mike')).overallCode, 'OVER_LIMIT');
    assert.equal(Object.keys(await original.keys()).length, 2);
  });

  test('our client reads its answers and its errors', async (t) => {
    const ask = clientOf(t, (await start(t)).grpcPort);
    const { overallCode, statuses } = await ask('user', 'anna', 3);
    assert.equal(overallCode, 'OK');
    assert.deepEqual(statuses[0]!.currentLimit, { requestsPerUnit: 10, unit: 'year', name: 'users' });
    assert.equal(statuses[0]!.limitRemaining, 7);
    assert.ok(statuses[0]!.durationUntilResetSeconds! > 0);
    assert.equal((await ask('unknown', 'x')).statuses[0]!.code, 'OK');
    const nothing = createRateLimitClient({
      addresses: [`127.0.0.1:${(await start(t)).grpcPort}`],
      tls: false,
      deadlineMs: 2_000,
    });
    t.after(() => nothing.close());
    await assert.rejects(
      async () => nothing.shouldRateLimit({ domain: '', descriptors: [] }),
      /must not be empty/,
    );
  });
});
