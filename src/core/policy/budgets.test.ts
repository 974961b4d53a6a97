import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyBudget } from '../budget/budget.fixture.ts';
import type { Budget, Reading, ReservationOutcome, ReservationRequest } from '../budget/model.ts';
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
    llm: { model: 'm', boundInput: () => 40, hasOutput: true, answers: 1, canShorten: true, costNano: 0 },
  } as unknown as PolicyContext;
}

function planned(budgets: Budget[], context = contextOf()): ReservationRequest {
  const plan = compileBudgets(budgets, compileExpression).plan(context);
  assert.ok('operations' in plan);
  const [operation] = plan.operations;
  assert.ok(operation?.kind === 'reserve');
  return operation.request;
}

function refusedFor(budgets: Budget[], reading: Reading, context = contextOf()) {
  const items = planned(budgets, context).items;
  const outcome = { refusedBy: 0, readings: items.map(() => reading) };
  return decided(budgets, { kind: 'reserve', outcome }, context)!;
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

test('counters that are put together anew say so, and when to try again', () => {
  const failed = { kind: 'reserve', failed: 'counters are put together anew', openInMs: 2_001 } as const;
  const refusal = decided([dailyBudget()], failed)!;
  assert.equal(refusal.code, 'budget_unavailable');
  assert.deepEqual(refusal.headers, { 'retry-after': '3' });
  assert.match(
    refusal.detail!,
    /ns\/daily is not open yet: counters are put together anew; try again in 3 s/,
  );
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

test('several answers to one call: each may be as long as granted', () => {
  const context = contextOf();
  context.llm!.answers = 4;
  assert.equal(planned([dailyBudget()], context).items[0]!.perOutputToken, 4);
});

test('only budgets that hold output say how long an answer may be by default', () => {
  const requests = dailyBudget({ name: 'ns/r', unit: 'requests', defaultOutputTokens: 7 });
  const shadow = dailyBudget({ name: 'ns/s', onExceeded: { type: 'Report' }, defaultOutputTokens: 8 });
  assert.equal(planned([requests, shadow, dailyBudget({ defaultOutputTokens: 9 })]).wantedOutput, 9);
  assert.equal(planned([requests, shadow]).wantedOutput, 8);
  assert.equal(planned([requests]).wantedOutput, 0);
});

test('the input is bounded once for all budgets of a call', () => {
  const context = contextOf();
  let asked = 0;
  context.llm!.boundInput = () => {
    asked++;
    return 40;
  };
  planned([dailyBudget(), dailyBudget({ name: 'ns/b' }), dailyBudget({ name: 'ns/c' })], context);
  assert.equal(asked, 1);
});

test('groups of several values never come out as one', () => {
  const groupBy = ['apiKey.a', 'apiKey.b'];
  const groupOf = (a: string, b: string) =>
    planned([dailyBudget({ groupBy })], contextOf({ a, b })).items[0]!.group;
  assert.equal(groupOf('x', 'y'), 'x|y');
  assert.notEqual(groupOf('x|y', 'z'), groupOf('x', 'y|z'));
  assert.notEqual(groupOf('x\\', '|z'), groupOf('x\\|', 'z'));
});

test('a budget that only reports stands in nobody’s way', () => {
  const report = { onExceeded: { type: 'Report' } } as const;
  const context = contextOf();
  const found = planned(
    [
      dailyBudget({ ...report, unit: 'usd' }),
      dailyBudget({ ...report, groupBy: ['apiKey.no'] }),
      dailyBudget(),
    ],
    context,
  );
  assert.deepEqual(
    found.items.map(({ budget }) => budget),
    ['ns/daily'],
  );
  assert.equal(found.items[0]!.enforce, 'hard');
  assert.match(context.decisions.join(), /not counted, the model has no price/);
  const plan = compileBudgets([dailyBudget({ ...report, unit: 'usd' })], compileExpression).plan(contextOf());
  assert.deepEqual(plan, { operations: [] });
});

test('a call that waits is asked again in the window of that moment, and only where its budget says so', () => {
  const budgets = [
    dailyBudget({ onExceeded: { type: 'Delay', maxMs: 500 } }),
    dailyBudget({ name: 'ns/strict' }),
  ];
  const plan = compileBudgets(budgets, compileExpression).plan(contextOf());
  const operation = 'operations' in plan ? plan.operations[0] : undefined;
  assert.ok(operation?.kind === 'reserve');
  assert.deepEqual(operation.waitMs, [500, 0]);
  const day = 86_400;
  const [today] = operation.request.items[0]!.slices;
  assert.deepEqual(operation.renew(noon + day * 1_000).items[0]!.slices, [today! + day]);
});

test('the refusal says what this call needs, and when to come again', () => {
  const untilMidnight = String(12 * 3_600);
  const retryAfter = (reading: Reading) => refusedFor([dailyBudget()], reading).headers!['retry-after'];
  assert.match(
    refusedFor([dailyBudget({ minimumOutputTokens: 30 })], { used: 990, reserved: 0 }).detail!,
    /at least 70 /,
  );
  assert.equal(retryAfter({ used: 990, reserved: 0 }), untilMidnight);
  // What calls under way give back may be enough, …
  assert.equal(retryAfter({ used: 500, reserved: 490 }), '1');
  // … or not even that.
  assert.equal(retryAfter({ used: 990, reserved: 5 }), untilMidnight);
});

test('the client is told what is left for the next call', () => {
  const context = contextOf();
  const outcome: ReservationOutcome = { granted: 60, readings: [{ used: 100, reserved: 50 }] };
  decided([dailyBudget()], { kind: 'reserve', outcome }, context);
  assert.deepEqual(context.limit, { limit: 1_000, remaining: 750, resetSeconds: 12 * 3_600 });
});

test('a call let through without counters holds nothing and is charged all the same', () => {
  const context = contextOf();
  const budgets = [dailyBudget({ failOpen: true })];
  decided(budgets, { kind: 'reserve', failed: 'no answer' }, context);
  const usage = { ...noUsage, inputTokens: 30, outputTokens: 12 };
  const [operation] = compileBudgets(budgets, compileExpression).settle!(context, usage);
  assert.ok(operation?.kind === 'settle');
  assert.deepEqual(
    operation.charges.map(({ release, used }) => [release, used]),
    [[0, 42]],
  );
});

function edgeFor(budgets: Budget[], llm: Partial<PolicyContext['llm']> = {}, context = contextOf()) {
  Object.assign(context.llm!, { countable: true, maxOutput: 4_000, ...llm });
  const plan = compileBudgets(budgets, compileExpression).plan(context);
  const operation = 'operations' in plan ? plan.operations[0] : undefined;
  assert.ok(operation?.kind === 'reserve');
  return operation;
}

test('whose input can be counted asks for an answer that is worth having first', () => {
  const { edge, request } = edgeFor([dailyBudget()]);
  assert.deepEqual([request.minimumOutput, edge!.first.minimumOutput], [1, 1_000]);
  assert.equal(edge!.first.items, request.items);
  assert.equal(edgeFor([dailyBudget()], { maxOutput: 200 }).edge!.first.minimumOutput, 200);
  const more = dailyBudget({ minimumOutputTokens: 2_000 });
  assert.equal(edgeFor([more]).edge!.first.minimumOutput, 2_000);
});

test('where a count changes nothing there is none', () => {
  assert.equal(edgeFor([dailyBudget()], { countable: false }).edge, undefined);
  for (const fields of [
    { unit: 'requests' },
    { unit: 'concurrency' },
    { unit: 'outputTokens' },
    { hard: false },
    { onExceeded: { type: 'Report' } },
  ] as Partial<Budget>[])
    assert.equal(edgeFor([dailyBudget(fields)]).edge, undefined, JSON.stringify(fields));
});

test('an edge tells what would be decided, holds nothing, and says nothing', () => {
  const report = dailyBudget({ name: 'ns/usd', unit: 'usd', onExceeded: { type: 'Report' } });
  const context = contextOf();
  const { edge } = edgeFor([report, dailyBudget()], { boundInput: () => 1_400 }, context);
  const told = context.decisions.length;
  const readings = [{ used: 900, reserved: 50 }];
  assert.deepEqual(edge!.decide(readings), { refusedBy: 0 });
  assert.deepEqual(edge!.decide(readings, 20), { granted: 30 });
  assert.equal(edge!.leastInput(), 100);
  assert.equal(context.decisions.length, told);
});

test('what was counted is reserved from then on, unless its margin is more than the bytes; the refusal names it', () => {
  const context = contextOf();
  const { renew } = edgeFor([dailyBudget()], {}, context);
  context.llm!.counted = { tokens: 12, how: 'by provider' };
  assert.equal(renew(noon).items[0]!.fixed, 12);
  const outcome = { refusedBy: 0, readings: [{ used: 995, reserved: 0 }] };
  const refusal = decided([dailyBudget()], { kind: 'reserve', outcome }, context);
  assert.match(refusal!.detail!, /needs at least 13 tokens \(input counted by provider\)/);
  context.llm!.counted = { tokens: 50, how: 'by provider' };
  assert.equal(renew(noon).items[0]!.fixed, 40);
});
