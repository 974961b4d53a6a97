/**
 * A call reserves once, for one attempt. What a failed attempt used is taken out of that, so that the next one fits into what is
 * left and a hard budget stays hard: its answer is shortened, or it is not made.
 */
import { amountUsed, boundOf, type PriceBound, UnpricedModel } from '../budget/amounts.ts';
import { heldBy } from '../budget/reserve.ts';
import type { Usage } from '../llm/usage.ts';
import type { HeldReservation } from '../policy/policy.ts';

export interface NextAttempt {
  /** Upper bound of its input in tokens; costs a pass over the body. */
  boundInput(): number;
  answers: number;
  /** Of the model that would be called; absent: the catalog has none. */
  price: PriceBound | undefined;
  /** What failed attempts used, and their cost in nano-dollars. */
  spent: Usage;
  spentNano: number;
}

export interface GrantLeft {
  /** Whether any budget limits the output at all. */
  limits: boolean;
  /** Output tokens that each answer may still have. */
  output: number;
}

/** Undefined: not even the least that the budgets ask for is left. */
export function grantLeft({ request, granted }: HeldReservation, next: NextAttempt): GrantLeft | undefined {
  let left = granted;
  let limits = false;
  for (const item of request.items) {
    // Requests and calls at once count the call, however often it is tried.
    if (item.enforce !== 'hard' || item.unit === 'requests' || item.unit === 'concurrency') continue;
    const bound = boundAt(item.unit, next);
    if (bound === undefined) return undefined;
    const room = heldBy(item, granted) - amountUsed(item.unit, next.spent, next.spentNano) - bound.fixed;
    if (room < 0) return undefined;
    const perToken = bound.perOutputToken * next.answers;
    if (perToken === 0) continue;
    limits = true;
    left = Math.min(left, Math.floor(room / perToken));
  }
  const enough = left >= Math.min(request.minimumOutput, granted);
  return enough ? { limits, output: left } : undefined;
}

function boundAt(unit: Parameters<typeof boundOf>[0], next: NextAttempt) {
  try {
    return boundOf(unit, unit === 'outputTokens' ? 0 : next.boundInput(), next.price);
  } catch (error) {
    if (error instanceof UnpricedModel) return undefined;
    throw error;
  }
}
