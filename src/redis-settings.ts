/** The Redis or Valkey that replicas share, from the environment only: its URL may hold a password. */
import { readFileSync } from 'node:fs';

export interface RedisSettings {
  /** `redis[s]://[user:password@]host[:port][/database]` or `unix:///path/to/socket[?db=1]`. */
  url: string;
  /** Bounds every command. */
  timeoutMs: number;
  /** PEM of the authority that signs a `rediss` server. */
  ca?: string;
}

const defaultTimeoutMs = 500;

/** Undefined when `TOLLGATE_REDIS_URL` names none. `TOLLGATE_REDIS_TIMEOUT_MS`; `TOLLGATE_REDIS_CA` is a PEM file. */
export function redisSettings(env: NodeJS.ProcessEnv): RedisSettings | undefined {
  const url = env['TOLLGATE_REDIS_URL'];
  if (url === undefined || url === '') return undefined;
  const ca = env['TOLLGATE_REDIS_CA'];
  const timeoutMs = wholeNumber(env, 'TOLLGATE_REDIS_TIMEOUT_MS', defaultTimeoutMs);
  return { url, timeoutMs, ...(ca !== undefined && ca !== '' && { ca: readFileSync(ca, 'utf8') }) };
}

/** Throws where the variable is something else. */
export function wholeNumber(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number from 0`);
  return value;
}
