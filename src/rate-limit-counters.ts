/** Which store the embedded rate limit service counts in: this machine's, or a Redis or Valkey that replicas share. */
import { redisSettings, wholeNumber } from './redis-settings.ts';
import type { CounterStore } from './storage/counters.ts';
import { openRedisCounters } from './storage/redis/counter-store.ts';

/** The shared store when `TOLLGATE_RATELIMIT_REDIS_URL` or `TOLLGATE_REDIS_URL` names one, else undefined. */
export function sharedRateLimitCounters(
  env: NodeJS.ProcessEnv,
): (CounterStore & { close(): void }) | undefined {
  const url = env['TOLLGATE_RATELIMIT_REDIS_URL'] || env['TOLLGATE_REDIS_URL'];
  const settings = redisSettings({ ...env, TOLLGATE_REDIS_URL: url });
  if (settings === undefined) return undefined;
  return openRedisCounters({
    ...settings,
    expirationJitterSeconds: wholeNumber(env, 'EXPIRATION_JITTER_MAX_SECONDS', 300),
    nowMs: () => performance.timeOrigin + performance.now(),
    random: Math.random,
  });
}
