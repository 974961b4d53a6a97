/** The Redis or Valkey that replicas share, from the environment only: its URL may hold a password. */
import { readFileSync } from 'node:fs';

export interface RedisSettings {
  /** Of one server, of Sentinels or of a Cluster: see `RedisClientOptions`. */
  url: string;
  /** Bounds every command. */
  timeoutMs: number;
  /** PEM of the authority that signs a `rediss` server. */
  ca?: string;
  /** Of the Sentinels themselves. */
  sentinelCredential?: string;
}

const defaultTimeoutMs = 500;

/**
 * Undefined when `TOLLGATE_REDIS_URL` names none. `TOLLGATE_REDIS_TIMEOUT_MS`; `TOLLGATE_REDIS_CA` is a PEM file;
 * `TOLLGATE_REDIS_SENTINEL_USER` and `…_PASSWORD` are those of the Sentinels themselves.
 */
export function redisSettings(env: NodeJS.ProcessEnv): RedisSettings | undefined {
  const url = env['TOLLGATE_REDIS_URL'];
  if (url === undefined || url === '') return undefined;
  const ca = env['TOLLGATE_REDIS_CA'];
  const timeoutMs = wholeNumber(env, 'TOLLGATE_REDIS_TIMEOUT_MS', defaultTimeoutMs);
  return {
    url,
    timeoutMs,
    sentinelCredential: sentinelCredential(env),
    ...(ca !== undefined && ca !== '' && { ca: readFileSync(ca, 'utf8') }),
  };
}

function sentinelCredential(env: NodeJS.ProcessEnv): string {
  const password = env['TOLLGATE_REDIS_SENTINEL_PASSWORD'];
  if (password === undefined || password === '') return '';
  const user = env['TOLLGATE_REDIS_SENTINEL_USER'] ?? '';
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
}

/** Throws where the variable is something else. */
export function wholeNumber(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number from 0`);
  return value;
}
