/** Counter values → the answer. Over only when the value after adding is above the limit. */
import type { DescriptorStatus, RateLimitResponse } from './model.ts';
import type { PlannedDescriptor, RateLimitPlan } from './plan.ts';
import { secondsUntilReset } from './units.ts';

const uint32Max = 4_294_967_295;

export function decideRateLimit(plan: RateLimitPlan, values: readonly number[]): RateLimitResponse {
  const statuses = plan.descriptors.map((planned) => statusOf(planned, values, plan.nowSeconds));
  return { overallCode: overallCode(plan.descriptors, statuses), statuses, responseHeadersToAdd: [] };
}

function statusOf(
  planned: PlannedDescriptor,
  values: readonly number[],
  nowSeconds: number,
): DescriptorStatus {
  const { limit, counter } = planned;
  if (limit === undefined) return { code: 'OK', limitRemaining: 0 };
  if (counter === undefined) return { code: 'OK', limitRemaining: uint32Max };
  const value = values[counter]!;
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
function overallCode(
  planned: readonly PlannedDescriptor[],
  statuses: readonly DescriptorStatus[],
): 'OK' | 'OVER_LIMIT' {
  let quotas = 0;
  let quotasOver = 0;
  for (const [position, status] of statuses.entries()) {
    const descriptor = planned[position]!;
    const over = status.code === 'OVER_LIMIT';
    if (!descriptor.quotaMode) {
      if (over) return 'OVER_LIMIT';
    } else if (descriptor.counter !== undefined) {
      quotas++;
      if (over) quotasOver++;
    }
  }
  return quotas > 0 && quotas === quotasOver ? 'OVER_LIMIT' : 'OK';
}
