/** Which store the embedded rate limit service counts in: this machine's, or a Redis or Valkey that replicas share. */
import { readFileSync } from 'node:fs';
import type { CounterStore } from './storage/counters.ts';
import { openRedisCounters } from './storage/redis/counter-store.ts';

const defaultTimeoutMs = 500;

/**
 * The shared store when `TOLLGATE_RATELIMIT_REDIS_URL` or `TOLLGATE_REDIS_URL` names one, else undefined. The URL may hold a
 * password, so it comes from the environment only. `TOLLGATE_REDIS_TIMEOUT_MS` bounds every call; `TOLLGATE_REDIS_CA` is a PEM
 * file; `TOLLGATE_REDIS_SENTINEL_USER` and `…_PASSWORD` are those of the Sentinels themselves.
 */
export function sharedRateLimitCounters(
  env: NodeJS.ProcessEnv,
): (CounterStore & { close(): void }) | undefined {
  const url = env['TOLLGATE_RATELIMIT_REDIS_URL'] || env['TOLLGATE_REDIS_URL'];
  if (url === undefined || url === '') return undefined;
  const ca = env['TOLLGATE_REDIS_CA'];
  return openRedisCounters({
    url,
    timeoutMs: positive(env, 'TOLLGATE_REDIS_TIMEOUT_MS', defaultTimeoutMs),
    expirationJitterSeconds: positive(env, 'EXPIRATION_JITTER_MAX_SECONDS', 300),
    sentinelCredential: sentinelCredential(env),
    ...(ca !== undefined && ca !== '' && { ca: readFileSync(ca, 'utf8') }),
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

function positive(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number from 0`);
  return value;
}
