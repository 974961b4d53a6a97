/**
 * Budgets: an upper bound of the call is reserved on every budget that its key draws on, all or none, before the provider is
 * called; what was really used is charged, and the rest given back, when the call ends.
 */
import { amountUsed, boundOf, UnpricedModel } from '../budget/amounts.ts';
import { budgetsOfKey, limitAt } from '../budget/limit.ts';
import type { Budget, Charge, ReservationItem, ReservationOutcome } from '../budget/model.ts';
import { heldBy, remainingOf } from '../budget/reserve.ts';
import { windowAt } from '../budget/window.ts';
import { asText, type CelProgram, type CompileExpression, holds } from '../cel/compile.ts';
import type { KeyTerms } from '../config/key-terms.ts';
import { selects } from '../config/objects.ts';
import type { Refusal } from '../errors.ts';
import type { Usage } from '../llm/usage.ts';
import { exceeded, standingOf } from './budget-refusal.ts';
import {
  type CompiledPolicy,
  type HeldReservation,
  mostConstrained,
  noOperations,
  type Plan,
  type PolicyContext,
} from './policy.ts';

interface LinkedBudget {
  budget: Budget;
  selector: CelProgram | undefined;
  groupBy: CelProgram[];
}

export function compileBudgets(budgets: readonly Budget[], compile: CompileExpression): CompiledPolicy {
  const linked = budgets.map((budget) => link(budget, compile));
  const book = new BudgetBook(linked);
  return {
    phase: 'llm',
    plan: (context) => plan(book.of(context), context),
    apply(context, [result]) {
      if (result?.kind !== 'reserve') return undefined;
      const found = book.of(context);
      if (result.outcome === undefined) return onFailure(found, result.failed, context);
      return onOutcome(found, result.outcome, context);
    },
    settle(context, usage) {
      const held = context.reservation;
      return held === undefined ? [] : [{ kind: 'settle', charges: chargesOf(held, usage, context) }];
    },
  };
}

/** The compiler of the configuration has seen these expressions compile. */
function link(budget: Budget, compile: CompileExpression): LinkedBudget {
  const program = (source: string) => {
    const compiled = compile(source);
    if (!compiled.ok) throw new Error(`budget ${budget.name}: ${compiled.error}`);
    return compiled.program;
  };
  return {
    budget,
    selector: budget.expression === undefined ? undefined : program(budget.expression),
    groupBy: budget.groupBy.map(program),
  };
}

/** Which budgets a call draws on. What only its key decides is found once for each key. */
class BudgetBook {
  readonly #anonymous: LinkedBudget[];
  readonly #all: LinkedBudget[];
  readonly #byKey = new WeakMap<KeyTerms, LinkedBudget[]>();

  constructor(all: LinkedBudget[]) {
    this.#all = all;
    this.#anonymous = all.filter(({ budget }) => selects(budget.labels, {}));
  }

  of(context: PolicyContext): LinkedBudget[] {
    const byLabels = context.terms === undefined ? this.#anonymous : this.#ofKey(context.terms, context);
    if (byLabels.every(({ selector }) => selector === undefined)) return byLabels;
    return byLabels.filter(({ selector }) => selector === undefined || holds(selector, context.variables));
  }

  #ofKey(terms: KeyTerms, context: PolicyContext): LinkedBudget[] {
    let found = this.#byKey.get(terms);
    if (found === undefined) {
      const own = budgetsOfKey(context.identity!.id, terms.limits ?? {});
      found = this.#all.filter(({ budget }) => selects(budget.labels, terms.labels));
      found = [...found, ...own.map((budget) => ({ budget, selector: undefined, groupBy: [] }))];
      this.#byKey.set(terms, found);
    }
    return found;
  }
}

function plan(found: readonly LinkedBudget[], context: PolicyContext): Plan {
  if (found.length === 0 || context.llm === undefined) return noOperations;
  const { llm } = context;
  try {
    const items = found.map((linked) => itemOf(linked, context));
    const fallback = Math.min(...found.map(({ budget }) => budget.defaultOutputTokens));
    const wantedOutput = llm.hasOutput ? (llm.maxOutput ?? fallback) : 0;
    const shortest = Math.max(...found.map(({ budget }) => budget.minimumOutputTokens));
    const minimumOutput = llm.canShorten ? shortest : wantedOutput;
    const waits = found.map(({ budget }) =>
      budget.onExceeded.type === 'Delay' ? budget.onExceeded.maxMs : 0,
    );
    const request = { items, wantedOutput, minimumOutput };
    context.pendingReservation = request;
    return { operations: [{ kind: 'reserve', request, waitMs: Math.max(...waits) }] };
  } catch (error) {
    if (error instanceof UnpricedModel) {
      const detail = `model "${llm.model ?? ''}" has no price, so no dollar budget can hold it`;
      return { refusal: { code: 'unpriced_model', detail } };
    }
    const cause = `budget expression: ${(error as Error).message}`;
    return {
      refusal: { code: 'budget_unavailable', detail: 'a budget of this call cannot be decided', cause },
    };
  }
}

function itemOf({ budget, groupBy }: LinkedBudget, context: PolicyContext): ReservationItem {
  const group = groupBy.map((program) => asText(program, context.variables)).join('|');
  const window = windowAt(budget.window, context.nowMs);
  const needsInput = budget.unit === 'tokens' || budget.unit === 'inputTokens' || budget.unit === 'usd';
  const input = needsInput ? context.llm!.boundInput() : 0;
  const onlyCounts = budget.onExceeded.type === 'Report' || context.switchedBy.has(budget.name);
  return {
    budget: budget.name,
    group,
    unit: budget.unit,
    ...window,
    limit: limitAt(budget, context.nowMs),
    ...boundOf(budget.unit, input, context.llm!.price),
    enforce: onlyCounts ? 'report' : budget.hard ? 'hard' : 'soft',
  };
}

function onOutcome(
  found: readonly LinkedBudget[],
  outcome: ReservationOutcome,
  context: PolicyContext,
): Refusal | undefined {
  const request = context.pendingReservation!;
  for (const [index, item] of request.items.entries()) {
    const reading = outcome.readings[index]!;
    if (item.unit !== 'concurrency')
      context.limit = mostConstrained(context.limit, standingOf(item, reading, context.nowMs));
    if (item.enforce === 'report' && remainingOf(item, reading) <= 0)
      context.decisions.push(`budget ${item.budget}: over, reported only`);
  }
  if ('granted' in outcome) {
    context.reservation = { request, granted: outcome.granted };
    return undefined;
  }
  const { budget } = found[outcome.refusedBy]!;
  const item = request.items[outcome.refusedBy]!;
  context.decisions.push(`budget ${budget.name}: over`);
  const refusal = exceeded(budget, item, outcome.readings[outcome.refusedBy]!, context);
  if (budget.onExceeded.type !== 'SwitchModel') return refusal;
  return { ...refusal, switchModel: { model: budget.onExceeded.model, budget: budget.name } };
}

function onFailure(
  found: readonly LinkedBudget[],
  reason: string | undefined,
  context: PolicyContext,
): Refusal | undefined {
  const closed = found.find(({ budget }) => !budget.failOpen && budget.onExceeded.type !== 'Report');
  const cause = `budget counters: ${reason ?? 'no answer'}`;
  context.decisions.push(cause);
  if (closed === undefined) return undefined;
  const detail = `the counter of budget ${closed.budget.name} cannot be reached`;
  return { code: 'budget_unavailable', detail, cause };
}

function chargesOf({ request, granted }: HeldReservation, usage: Usage, context: PolicyContext): Charge[] {
  return request.items.map((item) => ({
    item,
    release: heldBy(item, granted),
    used: amountUsed(item.unit, usage, context.llm?.costNano ?? 0),
  }));
}
