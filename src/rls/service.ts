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
import { defaultRateLimitOptions, type RateLimitOptions } from '../core/ratelimit/options.ts';
import { planRateLimit, type RateLimitPlan } from '../core/ratelimit/plan.ts';
import { countHits, countStatistics, type StatisticsSink } from '../core/ratelimit/statistics.ts';
import type { CounterStore } from '../storage/counters.ts';
import { addWhatIsAllowed } from './add-unless-over.ts';
import type { OverLimitMemory } from './over-limit-memory.ts';

export interface EmbeddedServiceOptions {
  /** The configuration in force; undefined while none was ever valid. Called once per request. */
  config: () => RateLimitConfig | undefined;
  counters: CounterStore;
  /** Unix seconds, whole. */
  nowSeconds: () => number;
  options?: RateLimitOptions;
  statistics?: ServiceStatistics;
  /** Remembers counters that are over, so that a store across a network is not asked about them. */
  memory?: OverLimitMemory;
}

export interface ServiceStatistics extends StatisticsSink {
  serviceError(): void;
  storeError(): void;
  globalShadowMode(): void;
}

/** Synchronous when the counter store is. Throws `RateLimitUnavailable` with the original's text while unconfigured. */
export function createEmbeddedRateLimitService(options: EmbeddedServiceOptions): RateLimitService {
  const { statistics, memory, counters } = options;
  const settings = options.options ?? defaultRateLimitOptions;
  const indexOf = indexKeeper();

  function answer(
    request: RateLimitRequest,
    plan: RateLimitPlan,
    values: readonly number[],
  ): RateLimitResponse {
    if (memory !== undefined) memory.learn(plan, values);
    const response = decideRateLimit(plan, values, settings, request);
    if (statistics !== undefined) {
      if (!plan.domainFound) statistics.domainNotFound(request.domain, request.descriptors.length);
      countStatistics(plan, values, settings, statistics);
      // Without the setting the same statuses would have been a refusal.
      if (settings.globalShadowMode && wouldRefuse(plan, values, settings)) statistics.globalShadowMode();
    }
    return response;
  }

  function failed(plan: RateLimitPlan, error: unknown): never {
    if (statistics !== undefined) {
      statistics.storeError();
      countHits(plan, statistics);
    }
    throw error;
  }

  function shouldRateLimit(request: RateLimitRequest): RateLimitResponse | Promise<RateLimitResponse> {
    const index = indexOf(checked(request, options.config, statistics));
    const plan = planRateLimit(index, request, options.nowSeconds(), settings.keyPrefix, memory);
    if (plan.increments.length === 0) return answer(request, plan, []);
    let values: number[] | Promise<number[]>;
    try {
      values = settings.stopIncrementWhenOver
        ? addWhatIsAllowed(counters, plan)
        : counters.add(plan.increments);
    } catch (error) {
      return failed(plan, error);
    }
    if (Array.isArray(values)) return answer(request, plan, values);
    return values.then(
      (told) => answer(request, plan, told),
      (error: unknown) => failed(plan, error),
    );
  }
  return { shouldRateLimit };
}

function checked(
  request: RateLimitRequest,
  config: () => RateLimitConfig | undefined,
  statistics: ServiceStatistics | undefined,
): RateLimitConfig {
  const refuse = (reason: string): never => {
    statistics?.serviceError();
    throw new RateLimitUnavailable(reason);
  };
  if (request.domain === '') return refuse('rate limit domain must not be empty');
  if (request.descriptors.length === 0) return refuse('rate limit descriptor list must not be empty');
  return config() ?? refuse('no rate limit configuration loaded');
}

function wouldRefuse(plan: RateLimitPlan, values: readonly number[], settings: RateLimitOptions): boolean {
  return decideRateLimit(plan, values, { ...settings, globalShadowMode: false }).overallCode === 'OVER_LIMIT';
}

/** One index per configuration, built when it is first asked for. */
function indexKeeper(): (config: RateLimitConfig) => RateLimitIndex {
  let indexed: RateLimitConfig | undefined;
  let index: RateLimitIndex | undefined;
  return (config) => {
    if (index === undefined || config !== indexed) {
      index = new RateLimitIndex(config);
      indexed = config;
    }
    return index;
  };
}
