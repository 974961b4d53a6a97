/** What a call adds to the original's statistics. Amounts are hits, and an addend that crosses the limit is split. */
import { counterValue } from './decide.ts';
import type { RateLimitOptions } from './options.ts';
import type { PlannedDescriptor, RateLimitPlan } from './plan.ts';

export const ruleStatistics = [
  'total_hits',
  'over_limit',
  'near_limit',
  'within_limit',
  'shadow_mode',
  'over_limit_with_local_cache',
  'total_negative_hits',
] as const;
export type RuleStatistic = (typeof ruleStatistics)[number];

export type ServiceEvent = 'service_error' | 'redis_error' | 'global_shadow_mode';

/** Plain data that threads exchange. Rules by `domain.key_value…`, their amounts in the order of `ruleStatistics`. */
export interface TallyBatch {
  rules: [path: string, amounts: number[]][];
  domainsNotFound: [domain: string, descriptors: number][];
  events: Partial<Record<ServiceEvent, number>>;
}

/** Charges of one thread that a remote service could not take. */
export interface ChargeStanding {
  waiting: number;
  /** Unix ms since when the oldest waits. */
  oldestAtMs?: number;
  /** Late, since the thread began. */
  delivered: number;
}

export interface StatisticsSink {
  /** `isDynamic`: the path holds values of calls, so the sink has to bound how many it keeps. */
  rule(metricPath: string, statistic: RuleStatistic, hits: number, isDynamic: boolean): void;
  domainNotFound(domain: string, descriptors: number): void;
}

export function countStatistics(
  plan: RateLimitPlan,
  values: readonly number[],
  { nearLimitRatio }: RateLimitOptions,
  sink: StatisticsSink,
): void {
  for (const planned of plan.descriptors) {
    const value = counterValue(planned, values);
    if (value !== undefined) countDescriptor(planned, value, nearLimitRatio, sink);
  }
}

/** Of a call whose counters could not be read: hits are told before that is tried. */
export function countHits({ descriptors }: RateLimitPlan, sink: StatisticsSink): void {
  for (const { limit, hits, metricPath, isDynamicPath } of descriptors) {
    if (limit !== undefined && !limit.unlimited && hits > 0)
      sink.rule(metricPath, 'total_hits', hits, isDynamicPath);
  }
}

function countDescriptor(
  planned: PlannedDescriptor,
  value: number,
  nearLimitRatio: number,
  sink: StatisticsSink,
): void {
  const { hits, metricPath, isDynamicPath, knownValue } = planned;
  const count = (statistic: RuleStatistic, amount: number) => {
    if (amount > 0) sink.rule(metricPath, statistic, amount, isDynamicPath);
  };
  if (hits < 0) {
    count('total_negative_hits', -hits);
    return;
  }
  count('total_hits', hits);
  const limit = planned.limit!.requestsPerUnit;
  // Less than nothing: this call was not counted. The original's unsigned numbers take that for very much.
  const before = value >= hits ? value - hits : Number.POSITIVE_INFINITY;
  const near = Math.floor(Math.fround(Math.fround(limit) * Math.fround(nearLimitRatio)));
  if (knownValue !== undefined || value > limit) {
    const over = knownValue !== undefined || before >= limit ? hits : value - limit;
    count('over_limit', over);
    if (knownValue !== undefined) count('over_limit_with_local_cache', hits);
    else if (before < limit) count('near_limit', limit - Math.max(near, before));
    if (planned.shadowMode) count('shadow_mode', over);
    return;
  }
  if (value > near) count('near_limit', before >= near ? hits : value - near);
  count('within_limit', hits);
}
