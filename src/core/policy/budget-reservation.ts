/** The upper bound of a call, as a reservation on every budget that it draws on. */
import { boundOf, UnpricedModel } from '../budget/amounts.ts';
import { groupName } from '../budget/counter-keys.ts';
import { limitAt } from '../budget/limit.ts';
import type { Budget, ReservationItem } from '../budget/model.ts';
import { windowAt } from '../budget/window.ts';
import { asText } from '../cel/compile.ts';
import { leastInputTokens } from '../llm/bound-input.ts';
import type { LinkedBudget } from './budget-book.ts';
import type { LlmFacts, PendingReservation, PolicyContext, ReservationEdge } from './policy.ts';

/** `inputTokens`: instead of what is known of the call's own. Throws what keeps a budget from being decided: `UnpricedModel`, or the fault of a `groupBy` expression. */
export function reservationOf(
  found: readonly LinkedBudget[],
  context: PolicyContext,
  nowMs: number,
  inputTokens?: number,
): PendingReservation {
  const llm = context.llm!;
  const input = inputTokens === undefined ? boundOnce(llm) : () => inputTokens;
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
    known ??= closestBound(llm);
    return known;
  };
}

/** The margin of a count may be more than what a short text has in bytes. */
function closestBound({ boundInput, counted }: LlmFacts): number {
  const bound = boundInput();
  return counted === undefined ? bound : Math.min(counted.tokens, bound);
}

const needsInput = new Set<Budget['unit']>(['tokens', 'inputTokens', 'usd']);

/** An answer shortened to less than this is worth a closer look at the input. */
const worthwhile = 1_000;

/** Undefined where counting the input changes nothing: no hard budget goes by it. */
export function edgeOf(
  { request }: PendingReservation,
  llm: LlmFacts,
  decide: ReservationEdge['decide'],
): ReservationEdge | undefined {
  const goesByInput = request.items.some(({ unit, enforce }) => enforce === 'hard' && needsInput.has(unit));
  if (llm.countable !== true || !goesByInput) return undefined;
  const { minimumOutput, wantedOutput } = request;
  const first = { ...request, minimumOutput: Math.max(minimumOutput, Math.min(wantedOutput, worthwhile)) };
  return { first, leastInput: () => leastInputTokens(llm.boundInput()), decide };
}

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
