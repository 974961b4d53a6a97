import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRateLimitOptions } from '../core/ratelimit/options.ts';
import { readRateLimitSettings } from './settings.ts';

test('the defaults of the original', () => {
  assert.deepEqual(readRateLimitSettings({}), {
    options: defaultRateLimitOptions,
    localCacheBytes: 0,
    mergeDomains: false,
    healthyWithConfigOnly: false,
  });
});

test('every variable', () => {
  const settings = readRateLimitSettings({
    SHADOW_MODE: 'true',
    QUOTA_MODE: '1',
    NEAR_LIMIT_RATIO: '0.5',
    STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT: 'T',
    LIMIT_RESPONSE_HEADERS_ENABLED: 'True',
    LIMIT_LIMIT_HEADER: 'X-Limit',
    RESPONSE_DYNAMIC_METADATA: 't',
    CACHE_KEY_PREFIX: 'p:',
    LOCAL_CACHE_SIZE_IN_BYTES: '1000',
    MERGE_DOMAIN_CONFIG: 'TRUE',
    HEALTHY_WITH_AT_LEAST_ONE_CONFIG_LOADED: 'true',
  });
  assert.deepEqual(settings, {
    options: {
      globalShadowMode: true,
      globalQuotaMode: true,
      nearLimitRatio: 0.5,
      stopIncrementWhenOver: true,
      responseHeaders: { limit: 'X-Limit', remaining: 'RateLimit-Remaining', reset: 'RateLimit-Reset' },
      dynamicMetadata: true,
      keyPrefix: 'p:',
    },
    localCacheBytes: 1000,
    mergeDomains: true,
    healthyWithConfigOnly: true,
  });
});

test('a value that means nothing is refused by the name of its variable', () => {
  assert.throws(() => readRateLimitSettings({ SHADOW_MODE: 'perhaps' }), /SHADOW_MODE/);
  assert.throws(() => readRateLimitSettings({ NEAR_LIMIT_RATIO: 'most' }), /NEAR_LIMIT_RATIO/);
});
