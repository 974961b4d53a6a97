/** One ShouldRateLimit call as data: which counters move, and how their values become the answer. */
import type { MatchedLimit, RateLimitIndex } from './match.ts';
import type { RateLimit, RateLimitDescriptor, RateLimitRequest } from './model.ts';
import { unitSeconds } from './units.ts';

/** The same shape as `CounterIncrement` of the counter contract. */
export interface Increment {
  key: string;
  windowStart: number;
  windowSeconds: number;
  add: number;
}

export interface PlannedDescriptor {
  /** Absent where nothing limits the descriptor: unmatched or replaced. */
  limit?: RateLimit;
  shadowMode: boolean;
  quotaMode: boolean;
  hits: number;
  metricPath: string;
  isDynamicPath: boolean;
  metadata?: Record<string, unknown>;
  /** Index into `RateLimitPlan.increments`; absent when nothing is counted. */
  counter?: number;
  /** A value the counter is known to have reached: over the limit, so it is not counted again. */
  knownValue?: number;
}

export interface RateLimitPlan {
  nowSeconds: number;
  descriptors: PlannedDescriptor[];
  increments: Increment[];
  domainFound: boolean;
}

/** Counters that are known to be over, so that the store need not be asked. */
export interface OverLimitCache {
  valueOf(key: string, windowStart: number): number | undefined;
}

export function planRateLimit(
  index: RateLimitIndex,
  request: RateLimitRequest,
  nowSeconds: number,
  keyPrefix = '',
  cache?: OverLimitCache,
): RateLimitPlan {
  const { domain, descriptors } = request;
  const domainFound = index.hasDomain(domain);
  const plan: RateLimitPlan = { nowSeconds, descriptors: [], increments: [], domainFound };
  const matches = domainFound ? descriptors.map((one) => matchDescriptor(index, domain, one)) : [];
  const replaced = replacedNames(matches);
  for (let at = 0; at < descriptors.length; at++) {
    const descriptor = descriptors[at]!;
    const planned = plannedOf(matches[at], replaced, hitsOf(request, descriptor));
    plan.descriptors.push(planned);
    if (planned.limit === undefined || planned.limit.unlimited) continue;
    const key = keyPrefix + counterKey(domain, descriptor, matches[at]!.patterns);
    addIncrement(plan, planned, planned.limit, key, cache);
  }
  return plan;
}

function plannedOf(
  match: MatchedLimit | undefined,
  replaced: ReadonlySet<string> | undefined,
  hits: number,
): PlannedDescriptor {
  if (match === undefined || isReplaced(match.limit, replaced)) {
    return { shadowMode: false, quotaMode: false, hits, metricPath: '', isDynamicPath: false };
  }
  const { limit, shadowMode, quotaMode, metricPath, isDynamicPath, metadata } = match;
  const planned: PlannedDescriptor = { limit, shadowMode, quotaMode, hits, metricPath, isDynamicPath };
  if (metadata !== undefined) planned.metadata = metadata;
  return planned;
}

/** Unlimited stays unlimited. */
function isReplaced({ name, unlimited }: RateLimit, replaced: ReadonlySet<string> | undefined): boolean {
  return !unlimited && name !== '' && replaced?.has(name) === true;
}

function addIncrement(
  plan: RateLimitPlan,
  planned: PlannedDescriptor,
  { unit, requestsPerUnit }: RateLimit,
  key: string,
  cache: OverLimitCache | undefined,
): void {
  const windowSeconds = unitSeconds[unit];
  const windowStart = plan.nowSeconds - (plan.nowSeconds % windowSeconds);
  const known = planned.hits < 0 ? undefined : cache?.valueOf(key, windowStart);
  if (known !== undefined && known > requestsPerUnit) {
    planned.knownValue = known;
    return;
  }
  planned.counter = plan.increments.length;
  plan.increments.push({ key, windowStart, windowSeconds, add: planned.hits });
}

/** Every matched limit takes its `replaces` away, also one that is replaced itself. */
function replacedNames(matches: readonly (MatchedLimit | undefined)[]): Set<string> | undefined {
  let names: Set<string> | undefined;
  for (const match of matches) {
    if (match === undefined || match.limit.replaces.length === 0) continue;
    names ??= new Set();
    for (const name of match.limit.replaces) names.add(name);
  }
  return names;
}

/** An override wins over whatever the configuration says; it needs only that the domain exists. */
function matchDescriptor(
  index: RateLimitIndex,
  domain: string,
  descriptor: RateLimitDescriptor,
): MatchedLimit | undefined {
  const override = descriptor.limitOverride;
  if (override === undefined) return index.find(domain, descriptor);
  return {
    limit: { ...override, unlimited: false, name: '', replaces: [] },
    shadowMode: false,
    quotaMode: false,
    metricPath: overridePath(domain, descriptor),
    isDynamicPath: true,
  };
}

function overridePath(domain: string, { entries }: RateLimitDescriptor): string {
  return `${domain}.${entries.map(({ key, value }) => (value === '' ? key : `${key}_${value}`)).join('.')}`;
}

/** A descriptor's own addend may be 0 (check only); the request's 0 means 1. */
function hitsOf(request: RateLimitRequest, descriptor: RateLimitDescriptor): number {
  const hits = descriptor.hitsAddend ?? (request.hitsAddend || 1);
  return descriptor.isNegativeHits ? -hits : hits;
}

/** The original's layout without the window start, which the counter contract carries apart. */
function counterKey(
  domain: string,
  { entries }: RateLimitDescriptor,
  patterns: MatchedLimit['patterns'],
): string {
  let key = `${domain}_`;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    key += `${entry.key}_${patterns?.[at] || entry.value}_`;
  }
  return key;
}
