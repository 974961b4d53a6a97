import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyBudget } from '../budget/budget.fixture.ts';
import type { Budget, ReservationOutcome, ReservationRequest } from '../budget/model.ts';
import { compileExpression } from '../cel/compile.ts';
import { termsOfMetadata } from '../config/key-terms.ts';
import { noUsage } from '../llm/usage.ts';
import { compileBudgets } from './budgets.ts';
import type { OperationResult, PolicyContext } from './policy.ts';

const noon = Date.UTC(2026, 11, 20, 12);

function contextOf(metadata: Record<string, string> = { user_id: 'mike' }): PolicyContext {
  return {
    identity: { id: 'k', metadata, labels: metadata },
    terms: termsOfMetadata(metadata),
    variables: { apiKey: metadata },
    nowMs: noon,
    switchedBy: new Set<string>(),
    decisions: [] as string[],
    llm: { model: 'm', boundInput: () => 40, hasOutput: true, canShorten: true, costNano: 0 },
  } as unknown as PolicyContext;
}

function planned(budgets: Budget[], context = contextOf()): ReservationRequest {
  const plan = compileBudgets(budgets, compileExpression).plan(context);
  assert.ok('operations' in plan);
  const [operation] = plan.operations;
  assert.ok(operation?.kind === 'reserve');
  return operation.request;
}

function decided(budgets: Budget[], result: OperationResult, context = contextOf()) {
  const policy = compileBudgets(budgets, compileExpression);
  policy.plan(context);
  return policy.apply(context, [result]);
}

test('an override is the limit while it holds', () => {
  const overrides = [{ fromMs: noon - 1, toMs: noon + 1, limit: 5_000 }];
  assert.equal(planned([dailyBudget({ overrides })]).items[0]!.limit, 5_000);
  const over = [{ fromMs: noon - 2, toMs: noon, limit: 5_000 }];
  assert.equal(planned([dailyBudget({ overrides: over })]).items[0]!.limit, 1_000);
});

test('labels and an expression choose; groups are named by their values', () => {
  const budgets = [
    dailyBudget({ name: 'ns/mike', labels: { matchLabels: { user_id: 'mike' } } }),
    dailyBudget({ name: 'ns/anna', labels: { matchLabels: { user_id: 'anna' } } }),
    dailyBudget({
      name: 'ns/cel',
      expression: "apiKey.user_id.startsWith('m')",
      groupBy: ['apiKey.user_id'],
    }),
    dailyBudget({ name: 'ns/missing', expression: 'apiKey.nothing == 1' }),
  ];
  const items = planned(budgets).items.map(({ budget: name, group }) => [name, group]);
  assert.deepEqual(items, [
    ['ns/mike', ''],
    ['ns/cel', 'mike'],
  ]);
});

test('a group that cannot be evaluated refuses the call', () => {
  const plan = compileBudgets([dailyBudget({ groupBy: ['apiKey.team'] })], compileExpression).plan(
    contextOf(),
  );
  assert.equal('refusal' in plan && plan.refusal.code, 'budget_unavailable');
});

test('counters out of reach: closed unless every budget of the call says open', () => {
  const failed = { kind: 'reserve', failed: 'no answer' } as const;
  assert.equal(decided([dailyBudget()], failed)?.code, 'budget_unavailable');
  assert.equal(decided([dailyBudget({ failOpen: true })], failed), undefined);
  assert.equal(decided([dailyBudget({ failOpen: true }), dailyBudget()], failed)?.code, 'budget_unavailable');
  assert.equal(decided([dailyBudget({ onExceeded: { type: 'Report' } })], failed), undefined);
});

test('a dollar budget and a model without a price', () => {
  const plan = compileBudgets([dailyBudget({ unit: 'usd' })], compileExpression).plan(contextOf());
  assert.equal('refusal' in plan && plan.refusal.code, 'unpriced_model');
});

test('what was held is given back and what was used is charged, once the usage is known', () => {
  const policy = compileBudgets([dailyBudget()], compileExpression);
  const context = contextOf();
  policy.plan(context);
  const outcome: ReservationOutcome = { granted: 60, readings: [{ used: 0, reserved: 0 }] };
  assert.equal(policy.apply(context, [{ kind: 'reserve', outcome }]), undefined);
  const [settled] = policy.settle!(context, { ...noUsage, inputTokens: 30, outputTokens: 50 });
  assert.ok(settled?.kind === 'settle');
  assert.deepEqual(
    settled.charges.map(({ release, used }) => ({ release, used })),
    [{ release: 100, used: 80 }],
  );
});
