/** The embedded rate limit service: envoyproxy/ratelimit's answers from our own counters. */
import { decideRateLimit } from '../core/ratelimit/decide.ts';
import { RateLimitIndex } from '../core/ratelimit/match.ts';
import {
  type RateLimitConfig,
  type RateLimitRequest,
  type RateLimitResponse,
  type RateLimitService,
  RateLimitUnavailable,
} from '../core/ratelimit/model.ts';
import { planRateLimit } from '../core/ratelimit/plan.ts';
import type { CounterStore } from '../storage/counters.ts';

export interface EmbeddedServiceOptions {
  /** The configuration in force; undefined while none was ever valid. Called once per request. */
  config: () => RateLimitConfig | undefined;
  counters: CounterStore;
  /** Unix seconds, whole. */
  nowSeconds: () => number;
}

/** Synchronous when the counter store is. Throws `RateLimitUnavailable` with the original's text while unconfigured. */
export function createEmbeddedRateLimitService(options: EmbeddedServiceOptions): RateLimitService {
  let indexed: RateLimitConfig | undefined;
  let index: RateLimitIndex | undefined;

  function currentIndex(): RateLimitIndex {
    const config = options.config();
    if (config === undefined) throw new RateLimitUnavailable('no rate limit configuration loaded');
    if (index === undefined || config !== indexed) {
      index = new RateLimitIndex(config);
      indexed = config;
    }
    return index;
  }

  return {
    shouldRateLimit(request: RateLimitRequest): RateLimitResponse | Promise<RateLimitResponse> {
      if (request.domain === '') throw new RateLimitUnavailable('rate limit domain must not be empty');
      if (request.descriptors.length === 0) {
        throw new RateLimitUnavailable('rate limit descriptor list must not be empty');
      }
      const plan = planRateLimit(currentIndex(), request, options.nowSeconds());
      if (plan.increments.length === 0) return decideRateLimit(plan, []);
      const values = options.counters.add(plan.increments);
      return Array.isArray(values)
        ? decideRateLimit(plan, values)
        : values.then((v) => decideRateLimit(plan, v));
    },
  };
}
