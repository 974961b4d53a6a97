/** The Redis or Valkey that replicas share, from the environment only: its URL may hold a password. */
import { readFileSync } from 'node:fs';
import { leaseMs as defaultLeaseMs, defaultReturnMs } from './core/budget/lease-time.ts';

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

const leastLeaseMs = 1_000;

/** `TOLLGATE_REDIS_LEASE_MS`: how long leases live without a word of their gateway. */
export function leaseMs(env: NodeJS.ProcessEnv): number {
  const ms = wholeNumber(env, 'TOLLGATE_REDIS_LEASE_MS', defaultLeaseMs);
  if (ms < leastLeaseMs) throw new Error(`TOLLGATE_REDIS_LEASE_MS must be ${leastLeaseMs} or more`);
  return ms;
}

/** `TOLLGATE_REDIS_LEASE_RETURN_MS`; 0 stands for ever: `Infinity`. */
export function leaseReturnMs(env: NodeJS.ProcessEnv): number {
  return wholeNumber(env, 'TOLLGATE_REDIS_LEASE_RETURN_MS', defaultReturnMs) || Number.POSITIVE_INFINITY;
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
