import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dailyBudget } from '../budget/budget.fixture.ts';
import type { Budget } from '../budget/model.ts';
import { compileExpression } from '../cel/compile.ts';
import { createPrices } from '../pricing/prices.ts';
import type { RequestRecord } from '../record.ts';
import { Replay, type ReplayResult } from './replay.ts';

const prices = createPrices({
  providers: { anthropic: { models: { known: { rates: { input: '1', output: '2' } } } } },
});
const day = 86_400_000;
const start = Date.UTC(2026, 10, 25);

interface CallFields {
  at?: number;
  lasts?: number;
  user?: string;
  input?: number;
  output?: number;
  maxTokens?: number;
  model?: string;
  status?: number;
}

function call(fields: CallFields = {}): RequestRecord {
  const {
    at = 0,
    lasts = 10,
    user = 'mike',
    input = 40,
    output = 60,
    model = 'known',
    status = 200,
  } = fields;
  const usage = { inputTokens: input, outputTokens: output, reasoningTokens: 0 };
  return {
    startedAtMs: start + at,
    durationMs: lasts,
    method: 'POST',
    host: 'localhost',
    path: '/v1/chat/completions',
    sourceAddress: '127.0.0.1:5000',
    status,
    key: {
      id: `k/${user}`,
      user,
      metadata: { user_id: user },
      labels: { team: user === 'mike' ? 'a' : 'b' },
    },
    llm: {
      operation: 'chat',
      provider: 'anthropic',
      requestModel: model,
      streaming: false,
      ...(fields.maxTokens === undefined ? {} : { maxTokens: fields.maxTokens }),
      usage: { ...usage, cachedInputTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0, estimated: false },
      costNano: input * 1_000 + output * 2_000,
    },
  } as unknown as RequestRecord;
}

function replay(budget: Partial<Budget>, calls: readonly RequestRecord[]): ReplayResult {
  const world = new Replay(dailyBudget({ defaultOutputTokens: 60, ...budget }), compileExpression, prices);
  for (const one of calls) world.add(one);
  return world.finish();
}

const everyMinute = (count: number, fields: CallFields = {}) =>
  Array.from({ length: count }, (_, n) => call({ at: n * 60_000, ...fields }));

test('calls are refused once the day’s limit is used, and let through again the next day', () => {
  const calls = [...everyMinute(15), call({ at: day })];
  const result = replay({ limit: 1_000 }, calls);
  assert.equal(result.calls, 16);
  assert.equal(result.refused, 5);
  assert.deepEqual(result.refusedBecause, { budget_exceeded: 5 });
  assert.deepEqual(result.refusedByGroup, [{ group: '', refused: 5, firstAtMs: start + 10 * 60_000 }]);
  assert.equal(result.tokensSaved, 500);
  assert.equal(result.costNanoSaved, 5 * 160_000);
  assert.deepEqual(result.peak, { group: '', used: 1_000, limit: 1_000, atMs: start + 9 * 60_000 + 10 });
});

test('selectors and groups: each group has its counter, calls of others are not counted', () => {
  const calls = [...everyMinute(4), ...everyMinute(4, { user: 'anna' }), ...everyMinute(4, { user: 'zoe' })];
  calls.sort((a, b) => a.startedAtMs - b.startedAtMs);
  const grouped = replay(
    { limit: 200, groupBy: ['apiKey.user_id'], labels: { matchLabels: { team: 'b' } } },
    calls,
  );
  assert.equal(grouped.calls, 8);
  assert.deepEqual(
    grouped.refusedByGroup.map(({ group, refused }) => [group, refused]),
    [
      ['anna', 2],
      ['zoe', 2],
    ],
  );
  const byExpression = replay(
    { limit: 100, expression: "llm.requestModel == 'known' && apiKey.user_id == 'zoe'" },
    calls,
  );
  assert.equal(byExpression.calls, 4);
  const broken = replay({ groupBy: ['apiKey.nothing'] }, calls);
  assert.deepEqual(broken.refusedBecause, { budget_unavailable: 12 });
});

test('an override is the limit while it holds', () => {
  const overrides = [{ fromMs: start + 5 * 60_000, toMs: start + day, limit: 10_000 }];
  assert.equal(replay({ limit: 300, overrides }, everyMinute(20)).refused, 2);
});

test('what calls under way hold is not given to others; a soft budget looks at what is used alone', () => {
  const together = Array.from({ length: 10 }, (_, n) => call({ at: n, lasts: 60_000, maxTokens: 60 }));
  assert.equal(replay({ limit: 300 }, together).refused, 7);
  assert.equal(replay({ limit: 300, hard: false }, together).refused, 0);
  const concurrency = { unit: 'concurrency', limit: 4, window: { type: 'lifetime' } } as const;
  assert.equal(replay(concurrency, together).refused, 6);
});

test('an answer is shortened to what is left, and what it would have said more is saved', () => {
  const result = replay({ limit: 150 }, everyMinute(2, { maxTokens: 60 }));
  assert.equal(result.refused, 0);
  assert.equal(result.shortened, 1);
  assert.equal(result.tokensSaved, 50);
  assert.equal(result.costNanoSaved, 80_000);
  assert.equal(result.peak?.used, 150);
});

test('dollars by the price list; a model without a price is refused, as the gateway would', () => {
  const usd = { unit: 'usd', limit: 400_000 } as const;
  assert.equal(replay(usd, everyMinute(4)).refused, 1);
  assert.deepEqual(replay(usd, everyMinute(2, { model: 'new' })).refusedBecause, { unpriced_model: 2 });
});

test('a budget that only reports refuses nobody; one that switches the model tells how often', () => {
  const over = everyMinute(5);
  const reported = replay({ limit: 200, onExceeded: { type: 'Report' } }, over);
  assert.deepEqual([reported.refused, reported.peak?.used], [0, 500]);
  const switched = replay({ limit: 200, onExceeded: { type: 'SwitchModel', model: 'small' } }, over);
  assert.deepEqual([switched.refused, switched.switched, switched.calls], [0, 3, 5]);
});

test('calls that were refused when they happened, and requests to no model, are left out', () => {
  const { llm: _, ...plain } = call();
  assert.equal(replay({}, [call({ status: 429 }), plain as RequestRecord, call({ at: 1 })]).calls, 1);
});

const someCalls = fc.array(
  fc.record({
    at: fc.nat(3 * day),
    lasts: fc.nat(600_000),
    input: fc.nat(400),
    output: fc.nat(400),
    maxTokens: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
    user: fc.constantFrom('mike', 'anna'),
  }),
  { maxLength: 60 },
);
const windows = fc.constantFrom<Budget['window']>(
  { type: 'calendar', period: 'Day', timeZone: 'Europe/Berlin' },
  { type: 'rolling', seconds: 7_200 },
  { type: 'lifetime' },
);

test('a hard budget is never overshot in a replay, whatever the calls; nothing is both charged and saved', () => {
  fc.assert(
    fc.property(someCalls, windows, fc.nat(2_000), (given, window, limit) => {
      const calls = given
        .map(({ maxTokens, ...fields }) => call({ ...fields, ...(maxTokens !== undefined && { maxTokens }) }))
        .sort((a, b) => a.startedAtMs - b.startedAtMs);
      const world = new Replay(
        dailyBudget({ window, limit, groupBy: ['apiKey.user_id'] }),
        compileExpression,
        prices,
      );
      for (const one of calls) world.add(one);
      const { peak, tokensSaved, refused, calls: seen } = world.finish();
      assert.ok((peak?.used ?? 0) <= limit);
      assert.equal(seen, calls.length);
      assert.ok(refused <= seen);
      const used = [...world.usedByGroup().values()].reduce((sum, value) => sum + value, 0);
      const all = calls.reduce((sum, { llm }) => sum + llm!.usage!.inputTokens + llm!.usage!.outputTokens, 0);
      assert.equal(used + tokensSaved, all);
    }),
  );
});
