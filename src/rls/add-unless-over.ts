/**
 * `STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT`: reads first, and when a limit of the call would be over, only those that would be
 * are counted. Two steps, as in the original: calls at the same moment may both pass the first.
 */
import type { Increment, RateLimitPlan } from '../core/ratelimit/plan.ts';
import type { CounterStore } from '../storage/counters.ts';

export function addWhatIsAllowed(counters: CounterStore, plan: RateLimitPlan): number[] | Promise<number[]> {
  if (plan.descriptors.some(({ knownValue }) => knownValue !== undefined))
    return counters.add(countedOnly(plan.increments, new Set()));
  const before = counters.add(plan.increments.map((increment) => ({ ...increment, add: 0 })));
  const add = (values: readonly number[]) => counters.add(allowed(plan, values));
  return Array.isArray(before) ? add(before) : before.then(add);
}

function allowed(plan: RateLimitPlan, before: readonly number[]): Increment[] {
  const over = new Set<number>();
  for (const { counter, limit, hits } of plan.descriptors) {
    if (counter !== undefined && before[counter]! + hits > limit!.requestsPerUnit) over.add(counter);
  }
  return over.size === 0 ? plan.increments : countedOnly(plan.increments, over);
}

/** A refund is always taken. */
function countedOnly(increments: readonly Increment[], counted: ReadonlySet<number>): Increment[] {
  return increments.map((increment, at) =>
    counted.has(at) || increment.add < 0 ? increment : { ...increment, add: 0 },
  );
}
