/** The environment variables that envoyproxy/ratelimit is set with, as far as they mean something here. */
import type { RateLimitOptions } from '../core/ratelimit/options.ts';

export interface RateLimitSettings {
  options: RateLimitOptions;
  /** 0: counters that are over are not remembered. */
  localCacheBytes: number;
  mergeDomains: boolean;
  /** The service says that it serves only once a configuration is in force. */
  healthyWithConfigOnly: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Throws with the variable's name when a value is no boolean or number. */
export function readRateLimitSettings(env: Env): RateLimitSettings {
  return {
    options: {
      globalShadowMode: flag(env, 'SHADOW_MODE'),
      globalQuotaMode: flag(env, 'QUOTA_MODE'),
      nearLimitRatio: number(env, 'NEAR_LIMIT_RATIO', 0.8),
      stopIncrementWhenOver: flag(env, 'STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT'),
      ...(flag(env, 'LIMIT_RESPONSE_HEADERS_ENABLED') && { responseHeaders: headerNames(env) }),
      dynamicMetadata: flag(env, 'RESPONSE_DYNAMIC_METADATA'),
      keyPrefix: env['CACHE_KEY_PREFIX'] ?? '',
    },
    localCacheBytes: number(env, 'LOCAL_CACHE_SIZE_IN_BYTES', 0),
    mergeDomains: flag(env, 'MERGE_DOMAIN_CONFIG'),
    healthyWithConfigOnly: flag(env, 'HEALTHY_WITH_AT_LEAST_ONE_CONFIG_LOADED'),
  };
}

function headerNames(env: Env): { limit: string; remaining: string; reset: string } {
  return {
    limit: env['LIMIT_LIMIT_HEADER'] || 'RateLimit-Limit',
    remaining: env['LIMIT_REMAINING_HEADER'] || 'RateLimit-Remaining',
    reset: env['LIMIT_RESET_HEADER'] || 'RateLimit-Reset',
  };
}

const booleans = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False', ''].map((text) => [text, false] as const),
]);

function flag(env: Env, name: string): boolean {
  const value = booleans.get(env[name] ?? '');
  if (value === undefined) throw new Error(`${name} must be true or false`);
  return value;
}

function number(env: Env, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number from 0`);
  return value;
}
