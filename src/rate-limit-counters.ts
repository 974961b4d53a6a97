/** Which store the embedded rate limit service counts in: this machine's, or a Redis or Valkey that replicas share. */
import { redisSettings, wholeNumber } from './redis-settings.ts';
import type { CounterStore } from './storage/counters.ts';
import { PerSecondCounters } from './storage/per-second-counters.ts';
import { openRedisCounters } from './storage/redis/counter-store.ts';

export interface SharedCounters {
  counters: CounterStore;
  close(): void;
}

/**
 * The shared store when `TOLLGATE_RATELIMIT_REDIS_URL` or `TOLLGATE_REDIS_URL` names one, else undefined. Limits per second are in a
 * server of their own when `TOLLGATE_RATELIMIT_REDIS_PERSECOND_URL` names it (the original's REDIS_PERSECOND).
 */
export function sharedRateLimitCounters(env: NodeJS.ProcessEnv): SharedCounters | undefined {
  const others = openAt(env['TOLLGATE_RATELIMIT_REDIS_URL'] || env['TOLLGATE_REDIS_URL'], env);
  const perSecondUrl = env['TOLLGATE_RATELIMIT_REDIS_PERSECOND_URL'];
  if (others === undefined) {
    if (perSecondUrl)
      throw new Error('TOLLGATE_RATELIMIT_REDIS_PERSECOND_URL needs TOLLGATE_RATELIMIT_REDIS_URL beside it');
    return undefined;
  }
  const perSecond = openAt(perSecondUrl, env);
  if (perSecond === undefined) return { counters: others, close: () => others.close() };
  return {
    counters: new PerSecondCounters(perSecond, others),
    close: () => {
      perSecond.close();
      others.close();
    },
  };
}

function openAt(url: string | undefined, env: NodeJS.ProcessEnv) {
  const settings = redisSettings({ ...env, TOLLGATE_REDIS_URL: url });
  if (settings === undefined) return undefined;
  return openRedisCounters({
    ...settings,
    expirationJitterSeconds: wholeNumber(env, 'EXPIRATION_JITTER_MAX_SECONDS', 300),
    nowMs: () => performance.timeOrigin + performance.now(),
    random: Math.random,
  });
}
