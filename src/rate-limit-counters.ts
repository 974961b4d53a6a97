/** Which store the embedded rate limit service counts in: this machine's, or a Redis or Valkey that replicas share. */
import { readFileSync } from 'node:fs';
import type { CounterStore } from './storage/counters.ts';
import { openRedisCounters } from './storage/redis/counter-store.ts';

const defaultTimeoutMs = 500;

/**
 * The shared store when `TOLLGATE_REDIS_URL` names one, else undefined. The URL may hold a password, so it comes from the
 * environment only. `TOLLGATE_REDIS_TIMEOUT_MS` bounds every call; `TOLLGATE_REDIS_CA` is a PEM file.
 */
export function sharedRateLimitCounters(
  env: NodeJS.ProcessEnv,
): (CounterStore & { close(): void }) | undefined {
  const url = env['TOLLGATE_REDIS_URL'];
  if (url === undefined || url === '') return undefined;
  const ca = env['TOLLGATE_REDIS_CA'];
  return openRedisCounters({
    url,
    timeoutMs: positive(env, 'TOLLGATE_REDIS_TIMEOUT_MS', defaultTimeoutMs),
    expirationJitterSeconds: positive(env, 'EXPIRATION_JITTER_MAX_SECONDS', 300),
    ...(ca !== undefined && ca !== '' && { ca: readFileSync(ca, 'utf8') }),
    nowMs: () => performance.timeOrigin + performance.now(),
    random: Math.random,
  });
}

function positive(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number from 0`);
  return value;
}
