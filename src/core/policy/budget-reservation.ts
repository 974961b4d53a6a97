/** The upper bound of a call, as a reservation on every budget that it draws on. */
import { boundOf, UnpricedModel } from '../budget/amounts.ts';
import { groupName } from '../budget/counter-keys.ts';
import { limitAt } from '../budget/limit.ts';
import type { Budget, ReservationItem } from '../budget/model.ts';
import { windowAt } from '../budget/window.ts';
import { asText } from '../cel/compile.ts';
import type { LinkedBudget } from './budget-book.ts';
import type { LlmFacts, PendingReservation, PolicyContext } from './policy.ts';

/** Throws what keeps a budget from being decided: `UnpricedModel`, or the fault of a `groupBy` expression. */
export function reservationOf(
  found: readonly LinkedBudget[],
  context: PolicyContext,
  nowMs: number,
): PendingReservation {
  const llm = context.llm!;
  const input = boundOnce(llm);
  const items: ReservationItem[] = [];
  const budgets: Budget[] = [];
  for (const linked of found) {
    const item = itemOf(linked, context, input, nowMs);
    if (item === undefined) continue;
    items.push(item);
    budgets.push(linked.budget);
  }
  const counts = (index: number) => items[index]!.perOutputToken > 0;
  const holding = budgets.filter((_, index) => counts(index) && items[index]!.enforce === 'hard');
  // Others have no say in how long an answer may be, but what they hold follows the same figure.
  const counted = holding.length > 0 ? holding : budgets.filter((_, index) => counts(index));
  const fallback = Math.min(...counted.map(({ defaultOutputTokens }) => defaultOutputTokens));
  const wanted = llm.maxOutput ?? (counted.length === 0 ? 0 : fallback);
  const wantedOutput = llm.hasOutput ? wanted : 0;
  const shortest = Math.max(0, ...counted.map(({ minimumOutputTokens }) => minimumOutputTokens));
  const minimumOutput = llm.canShorten ? Math.min(shortest, wantedOutput) : wantedOutput;
  return { request: { items, wantedOutput, minimumOutput }, budgets };
}

/** One pass over the body serves all budgets of a call. */
function boundOnce(llm: LlmFacts): () => number {
  let known: number | undefined;
  return () => {
    known ??= llm.boundInput();
    return known;
  };
}

const needsInput = new Set<Budget['unit']>(['tokens', 'inputTokens', 'usd']);

/** A budget that only reports never stands in a call's way: where it can't be decided, it is left out. */
function itemOf(
  { budget, groupBy }: LinkedBudget,
  context: PolicyContext,
  input: () => number,
  nowMs: number,
): ReservationItem | undefined {
  const reports = budget.onExceeded.type === 'Report';
  try {
    return {
      budget: budget.name,
      group: groupName(groupBy.map((program) => asText(program, context.variables))),
      unit: budget.unit,
      ...windowAt(budget.window, nowMs),
      limit: limitAt(budget, nowMs),
      ...boundFor(budget, context.llm!, input),
      enforce: reports || context.switchedBy.has(budget.name) ? 'report' : budget.hard ? 'hard' : 'soft',
    };
  } catch (error) {
    if (!reports) throw error;
    const why = error instanceof UnpricedModel ? 'the model has no price' : (error as Error).message;
    context.decisions.push(`budget ${budget.name}: not counted, ${why}`);
    return undefined;
  }
}

function boundFor(budget: Budget, llm: LlmFacts, input: () => number) {
  const { fixed, perOutputToken } = boundOf(
    budget.unit,
    needsInput.has(budget.unit) ? input() : 0,
    llm.price,
  );
  return { fixed, perOutputToken: perOutputToken * llm.answers };
}
