/** One ShouldRateLimit call as data: which counters move, and how their values become the answer. */
import type { MatchedLimit, RateLimitIndex } from './match.ts';
import type { RateLimit, RateLimitDescriptor, RateLimitRequest } from './model.ts';
import { unitSeconds, windowStart } from './units.ts';

/** The same shape as `CounterIncrement` of the counter contract. */
export interface Increment {
  key: string;
  windowStart: number;
  windowSeconds: number;
  add: number;
}

export interface PlannedDescriptor {
  limit?: RateLimit;
  shadowMode: boolean;
  quotaMode: boolean;
  hits: number;
  /** Index into `RateLimitPlan.increments`; absent when nothing is counted. */
  counter?: number;
}

export interface RateLimitPlan {
  nowSeconds: number;
  descriptors: PlannedDescriptor[];
  increments: Increment[];
}

const none = { shadowMode: false, quotaMode: false };

export function planRateLimit(
  index: RateLimitIndex,
  request: RateLimitRequest,
  nowSeconds: number,
): RateLimitPlan {
  const matched = request.descriptors.map((descriptor) => matchDescriptor(index, request.domain, descriptor));
  const replaced = new Set(matched.flatMap((match) => match?.limit.replaces ?? []));
  const plan: RateLimitPlan = { nowSeconds, descriptors: [], increments: [] };
  matched.forEach((match, position) => {
    const descriptor = request.descriptors[position]!;
    const hits = hitsOf(request, descriptor);
    if (match === undefined || (match.limit.name !== '' && replaced.has(match.limit.name))) {
      plan.descriptors.push({ ...none, hits });
      return;
    }
    const { limit, shadowMode, quotaMode } = match;
    if (limit.unlimited) {
      plan.descriptors.push({ limit, shadowMode, quotaMode, hits });
      return;
    }
    plan.descriptors.push({ limit, shadowMode, quotaMode, hits, counter: plan.increments.length });
    plan.increments.push({
      key: counterKey(request.domain, descriptor, match.keyValues),
      windowStart: windowStart(nowSeconds, limit.unit),
      windowSeconds: unitSeconds[limit.unit],
      add: hits,
    });
  });
  return plan;
}

/** An override wins over whatever the configuration says; it needs only that the domain exists. */
function matchDescriptor(
  index: RateLimitIndex,
  domain: string,
  descriptor: RateLimitDescriptor,
): MatchedLimit | undefined {
  if (!index.hasDomain(domain)) return undefined;
  const override = descriptor.limitOverride;
  if (override === undefined) return index.find(domain, descriptor);
  return {
    ...none,
    limit: { ...override, unlimited: false, name: '', replaces: [] },
    keyValues: descriptor.entries.map((entry) => entry.value),
  };
}

/** A descriptor's own addend may be 0 (check only); the request's 0 means 1. */
function hitsOf(request: RateLimitRequest, descriptor: RateLimitDescriptor): number {
  if (descriptor.hitsAddend !== undefined)
    return descriptor.isNegativeHits ? -descriptor.hitsAddend : descriptor.hitsAddend;
  const hits = request.hitsAddend === undefined || request.hitsAddend === 0 ? 1 : request.hitsAddend;
  return descriptor.isNegativeHits ? -hits : hits;
}

/** The original's layout without the window start, which the counter contract carries apart. */
function counterKey(domain: string, descriptor: RateLimitDescriptor, keyValues: readonly string[]): string {
  let key = `${domain}_`;
  descriptor.entries.forEach((entry, position) => {
    key += `${entry.key}_${keyValues[position]}_`;
  });
  return key;
}
