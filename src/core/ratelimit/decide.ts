/** Counter values → the answer. Over only when the value after adding is above the limit. */
import { dynamicMetadata } from './dynamic-metadata.ts';
import type { DescriptorStatus, RateLimitRequest, RateLimitResponse } from './model.ts';
import { defaultRateLimitOptions, type RateLimitOptions } from './options.ts';
import type { PlannedDescriptor, RateLimitPlan } from './plan.ts';
import { secondsUntilReset } from './units.ts';

const uint32Max = 4_294_967_295;

/** `request` is needed for its dynamic metadata alone. `values` in the order of the plan's increments. */
export function decideRateLimit(
  plan: RateLimitPlan,
  values: readonly number[],
  options: RateLimitOptions = defaultRateLimitOptions,
  request?: RateLimitRequest,
): RateLimitResponse {
  const statuses = plan.descriptors.map((planned) => statusOf(planned, values, plan.nowSeconds));
  const isOver = overall(plan.descriptors, statuses, options) === 'OVER_LIMIT';
  const response: RateLimitResponse = {
    overallCode: isOver && !options.globalShadowMode ? 'OVER_LIMIT' : 'OK',
    statuses,
    responseHeadersToAdd: headersOf(plan.descriptors, statuses, options),
  };
  if (options.dynamicMetadata && request !== undefined)
    response.dynamicMetadata = dynamicMetadata(request, plan.descriptors, statuses);
  return response;
}

/** The value of a descriptor's counter after this call; undefined where nothing is counted. */
export function counterValue(planned: PlannedDescriptor, values: readonly number[]): number | undefined {
  return planned.counter === undefined ? planned.knownValue : values[planned.counter]!;
}

function statusOf(
  planned: PlannedDescriptor,
  values: readonly number[],
  nowSeconds: number,
): DescriptorStatus {
  const { limit } = planned;
  if (limit === undefined) return { code: 'OK', limitRemaining: 0 };
  const value = counterValue(planned, values);
  if (value === undefined) return { code: 'OK', limitRemaining: uint32Max };
  // A refund never refuses: it only gives back.
  const over = value > limit.requestsPerUnit && planned.hits >= 0;
  return {
    code: over && !planned.shadowMode ? 'OVER_LIMIT' : 'OK',
    currentLimit: { requestsPerUnit: limit.requestsPerUnit, unit: limit.unit, name: limit.name },
    limitRemaining: Math.max(0, limit.requestsPerUnit - value),
    durationUntilResetSeconds: secondsUntilReset(nowSeconds, limit.unit),
  };
}

/** Quota descriptors refuse only together: when a plain one is over, or when every quota descriptor is. */
function overall(
  planned: readonly PlannedDescriptor[],
  statuses: readonly DescriptorStatus[],
  { globalQuotaMode }: RateLimitOptions,
): 'OK' | 'OVER_LIMIT' {
  let quotas = 0;
  let quotasOver = 0;
  for (let at = 0; at < planned.length; at++) {
    const { limit, quotaMode } = planned[at]!;
    if (limit?.unlimited) continue;
    const over = statuses[at]!.code === 'OVER_LIMIT';
    if (!globalQuotaMode && !quotaMode) {
      if (over) return 'OVER_LIMIT';
    } else {
      quotas++;
      if (over) quotasOver++;
    }
  }
  return quotas > 0 && quotas === quotasOver ? 'OVER_LIMIT' : 'OK';
}

/** Of the limit with the least left, the first on ties; of the last plain limit that is over, when one is. */
function headersOf(
  planned: readonly PlannedDescriptor[],
  statuses: readonly DescriptorStatus[],
  { responseHeaders: names, globalQuotaMode }: RateLimitOptions,
): { key: string; value: string }[] {
  if (names === undefined) return [];
  let told: DescriptorStatus | undefined;
  let least = uint32Max;
  for (let at = 0; at < planned.length; at++) {
    const status = statuses[at]!;
    if (status.currentLimit === undefined) continue;
    const refuses = status.code === 'OVER_LIMIT' && !globalQuotaMode && !planned[at]!.quotaMode;
    if (!refuses && status.limitRemaining >= least) continue;
    told = status;
    least = status.limitRemaining;
  }
  if (told === undefined) return [];
  return [
    { key: names.limit, value: String(told.currentLimit!.requestsPerUnit) },
    { key: names.remaining, value: String(told.limitRemaining) },
    { key: names.reset, value: String(told.durationUntilResetSeconds) },
  ];
}
