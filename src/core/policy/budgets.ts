/**
 * Budgets: an upper bound of the call is reserved on every budget that its key draws on, all or none, before the provider is
 * called; what was really used is charged, and the rest given back, when the call ends.
 */
import { amountUsed, UnpricedModel } from '../budget/amounts.ts';
import type { Budget, Charge, ReservationItem, ReservationOutcome } from '../budget/model.ts';
import { decideReservation, heldBy, remainingOf } from '../budget/reserve.ts';
import type { CompileExpression } from '../cel/compile.ts';
import type { Refusal } from '../errors.ts';
import type { Usage } from '../llm/usage.ts';
import { BudgetBook } from './budget-book.ts';
import { exceeded, standingOf } from './budget-refusal.ts';
import { edgeOf, reservationOf } from './budget-reservation.ts';
import {
  type CompiledPolicy,
  type HeldReservation,
  mostConstrained,
  noOperations,
  type PendingReservation,
  type Plan,
  type PolicyContext,
} from './policy.ts';

export function compileBudgets(budgets: readonly Budget[], compile: CompileExpression): CompiledPolicy {
  const book = new BudgetBook(budgets, compile);
  return {
    phase: 'llm',
    plan: (context) => plan(book, context),
    apply(context, [result]) {
      const pending = context.pendingReservation;
      if (result?.kind !== 'reserve' || pending === undefined) return undefined;
      if (result.outcome === undefined) return onFailure(pending, result, context);
      return onOutcome(pending, result.outcome, context);
    },
    settle(context, usage) {
      const held = context.reservation;
      return held === undefined ? [] : [{ kind: 'settle', charges: chargesOf(held, usage, context) }];
    },
  };
}

function plan(book: BudgetBook, context: PolicyContext): Plan {
  const found = book.of(context);
  if (found.length === 0 || context.llm === undefined) return noOperations;
  const build = (nowMs: number, inputTokens?: number) =>
    reservationOf(found, context, context.windowMs?.(nowMs) ?? nowMs, inputTokens);
  const prepare = (nowMs: number) => {
    context.pendingReservation = build(nowMs);
    return context.pendingReservation.request;
  };
  try {
    const request = prepare(context.nowMs);
    if (request.items.length === 0) return noOperations;
    const waitMs = context.pendingReservation!.budgets.map(({ onExceeded }) =>
      onExceeded.type === 'Delay' ? onExceeded.maxMs : 0,
    );
    const edge = edgeOf(context.pendingReservation!, context.llm, (readings, inputTokens) => {
      const told = context.decisions.length;
      const { request } = build(context.nowMs, inputTokens);
      context.decisions.length = told;
      return decideReservation(request, readings);
    });
    return { operations: [{ kind: 'reserve', request, waitMs, renew: prepare, ...(edge && { edge }) }] };
  } catch (error) {
    return { refusal: undecidable(error as Error, context) };
  }
}

function undecidable(error: Error, context: PolicyContext): Refusal {
  if (error instanceof UnpricedModel) {
    const detail = `model "${context.llm?.model ?? ''}" has no price, so no dollar budget can hold it`;
    return { code: 'unpriced_model', detail };
  }
  const cause = `budget expression: ${error.message}`;
  return { code: 'budget_unavailable', detail: 'a budget of this call cannot be decided', cause };
}

function onOutcome(
  { request, budgets }: PendingReservation,
  outcome: ReservationOutcome,
  context: PolicyContext,
): Refusal | undefined {
  const granted = 'granted' in outcome ? outcome.granted : undefined;
  // Before all else: what the store holds must be given back whatever happens next.
  if (granted !== undefined) context.reservation = { request, granted };
  for (const [index, item] of request.items.entries()) {
    const reading = outcome.readings[index]!;
    if (item.enforce === 'report' && remainingOf(item, reading) <= 0)
      context.decisions.push(`budget ${item.budget}: over, reported only`);
    if (item.unit === 'concurrency') continue;
    const held = granted === undefined ? 0 : heldBy(item, granted);
    const standing = standingOf(item, { ...reading, reserved: reading.reserved + held }, context.nowMs);
    context.limit = mostConstrained(context.limit, standing);
  }
  if ('granted' in outcome) return undefined;
  const budget = budgets[outcome.refusedBy]!;
  context.decisions.push(`budget ${budget.name}: over`);
  const refusal = exceeded(
    request,
    outcome.refusedBy,
    outcome.readings[outcome.refusedBy]!,
    context.nowMs,
    context.llm?.counted,
  );
  if (budget.onExceeded.type !== 'SwitchModel') return refusal;
  return { ...refusal, switchModel: { model: budget.onExceeded.model, budget: budget.name } };
}

function onFailure(
  { request, budgets }: PendingReservation,
  { failed, openInMs }: { failed?: string; openInMs?: number },
  context: PolicyContext,
): Refusal | undefined {
  const closed = budgets.find(({ failOpen, onExceeded }) => !failOpen && onExceeded.type !== 'Report');
  const cause = `budget counters: ${failed ?? 'no answer'}`;
  context.decisions.push(cause);
  if (closed === undefined) {
    // Let through with nothing held; what it uses is charged all the same.
    context.reservation = { request, granted: request.wantedOutput, released: new Set(request.items.keys()) };
    return undefined;
  }
  if (openInMs !== undefined) {
    const seconds = Math.max(1, Math.ceil(openInMs / 1_000));
    const detail = `budget ${closed.name} is not open yet: ${failed}; try again in ${seconds} s`;
    return { code: 'budget_unavailable', detail, cause, headers: { 'retry-after': String(seconds) } };
  }
  const detail = `the counter of budget ${closed.name} cannot be reached`;
  return { code: 'budget_unavailable', detail, cause };
}

function chargesOf(
  { request, granted, released }: HeldReservation,
  usage: Usage,
  context: PolicyContext,
): Charge[] {
  return request.items.map((item: ReservationItem, index) => ({
    item,
    release: released?.has(index) ? 0 : heldBy(item, granted),
    used: amountUsed(item.unit, usage, context.llm?.costNano ?? 0),
  }));
}
