/**
 * Our rate limit service beside envoyproxy/ratelimit: the same configurations and calls, compared with what the original
 * answered when it was recorded (`scripts/record-rate-limit.ts`), over the embedded store and over Redis. With the original's
 * binary in `TOLLGATE_RATELIMIT_ORIGINAL` the recordings themselves are compared with it too.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { noRedis, startRedis, type TestRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { startOriginal } from './support/rate-limit/original.ts';
import { startOurs } from './support/rate-limit/ours.ts';
import { play } from './support/rate-limit/play.ts';
import { readRecordings } from './support/rate-limit/recordings.ts';
import type { Recording, Scenario } from './support/rate-limit/scenario.ts';
import { scenarioGroups } from './support/rate-limit/scenarios/groups.ts';

const binary = process.env['TOLLGATE_RATELIMIT_ORIGINAL'];

for (const [group, recordings] of readRecordings()) {
  test(`${group}: every scenario is recorded as it is written`, () => {
    const inputs = recordings.map(({ answers, error, metrics, keys, ...scenario }): Scenario => scenario);
    assert.deepEqual(inputs, JSON.parse(JSON.stringify(scenarioGroups[group])));
  });

  suite(`${group}: the original's answers, over the embedded store`, () => {
    for (const recording of recordings) {
      test(recording.name, () => compare(recording));
    }
  });

  suite(`${group}: the original's answers, over Redis`, { skip: noRedis }, () => {
    let redis: TestRedis | undefined;
    before(async () => {
      redis = await startRedis();
    });
    after(() => redis?.stop());
    for (const recording of recordings) {
      test(recording.name, () => compare(recording, redis!.url));
    }
  });

  suite(`${group}: the recordings are what the original answers`, {
    skip: binary === undefined ? 'TOLLGATE_RATELIMIT_ORIGINAL names no binary' : noRedis,
  }, () => {
    for (const recording of recordings) {
      test(recording.name, async () => {
        const original = await startOriginal(binary!, recording);
        const played = await play(original, scenarioOf(recording)).finally(() => original.close());
        assert.deepEqual(timeless(played), timeless(recording));
      });
    }
  });
}

async function compare(recording: Recording, redisUrl?: string): Promise<void> {
  const scenario = scenarioOf(recording);
  const clock = recording.answers.map(({ at }) => at);
  const ours = await startOurs(scenario, redisUrl);
  const played = await play(ours, scenario, clock).finally(() => ours.close());
  if (recording.differs === undefined) assert.deepEqual(comparable(played), comparable(recording));
}

function scenarioOf({ answers, error, metrics, keys, ...scenario }: Recording): Scenario {
  return scenario;
}

/**
 * The original has a metric of its own for each path where we have labels: only their sums are compared. Expiry is compared by the
 * minute, as a second or more passes before it is looked at.
 */
function comparable(recording: Recording): Recording {
  const metrics: Recording['metrics'] = {};
  for (const [name, value] of Object.entries(recording.metrics)) {
    const [, folded] = /(over_limit_with_local_cache|domain_not_found)(\{.*\})?$/.exec(name) ?? [];
    const kept = folded ?? name;
    metrics[kept] = (metrics[kept] ?? 0) + value;
  }
  const keys = Object.entries(recording.keys).map(([name, { value, ttl }]) => [
    name,
    { value, ttl: Math.ceil(ttl / 60) * 60 },
  ]);
  return { ...recording, metrics, keys: Object.fromEntries(keys) };
}

/** Times of day told apart: windows begin, and limits reset, when they do. */
function timeless(recording: Recording): unknown {
  const { keys, ...rest } = comparable(recording);
  const counters = Object.entries(keys).map(([name, counter]) => [name.replace(/\d+$/, ''), counter]);
  return JSON.parse(JSON.stringify({ ...rest, counters }), (name, value: unknown) => {
    if (name === 'at' || name === 'durationUntilReset') return typeof value;
    return isReset(value) ? { ...value, value: 'seconds' } : value;
  });
}

function isReset(header: unknown): header is { key: string; value: string } {
  const { key, value } = (header ?? {}) as { key?: unknown; value?: unknown };
  return typeof key === 'string' && /reset/i.test(key) && typeof value === 'string' && /^\d+$/.test(value);
}
