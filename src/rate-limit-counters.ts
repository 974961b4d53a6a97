/** Which store the embedded rate limit service counts in: this machine's, or a Redis or Valkey that replicas share. */
import { redisSettings, wholeNumber } from './redis-settings.ts';
import type { CounterStore } from './storage/counters.ts';
import { openRedisCounters } from './storage/redis/counter-store.ts';

/**
 * The shared store when `TOLLGATE_RATELIMIT_REDIS_URL` or `TOLLGATE_REDIS_URL` names one, else undefined;
 * `TOLLGATE_REDIS_SENTINEL_USER` and `…_PASSWORD` are those of the Sentinels themselves.
 */
export function sharedRateLimitCounters(
  env: NodeJS.ProcessEnv,
): (CounterStore & { close(): void }) | undefined {
  const url = env['TOLLGATE_RATELIMIT_REDIS_URL'] || env['TOLLGATE_REDIS_URL'];
  const settings = redisSettings({ ...env, TOLLGATE_REDIS_URL: url });
  if (settings === undefined) return undefined;
  return openRedisCounters({
    ...settings,
    expirationJitterSeconds: wholeNumber(env, 'EXPIRATION_JITTER_MAX_SECONDS', 300),
    sentinelCredential: sentinelCredential(env),
    nowMs: () => performance.timeOrigin + performance.now(),
    random: Math.random,
  });
}

function sentinelCredential(env: NodeJS.ProcessEnv): string {
  const password = env['TOLLGATE_REDIS_SENTINEL_PASSWORD'];
  if (password === undefined || password === '') return '';
  const user = env['TOLLGATE_REDIS_SENTINEL_USER'] ?? '';
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
}
