import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { openSqliteLedger } from '../storage/sqlite/ledger.ts';
import { startTestAdmin } from './admin-api.fixture.ts';
import { callsInOrder } from './calls-in-order.ts';

const minute = 60_000;
const period = { from: '2026-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z' };
const spec = (fields: object = {}) => ({
  limit: { tokens: 1_000 },
  window: { calendar: 'Day' },
  groupBy: ['apiKey.user_id'],
  reservation: { defaultOutputTokens: 80, minimumOutputTokens: 80 },
  ...fields,
});

/** 120 tokens and 0.00132 dollars a call. */
function call(n: number, user: string, team = 'platform'): RequestRecord {
  const key = { id: `VirtualKey/ns/${user}`, user, metadata: { user_id: user }, labels: { team } };
  return ledgerRecord(n, { key });
}

test('a proposed budget is replayed against the ledger, and nothing is written', async (t) => {
  const admin = await startTestAdmin(t);
  const calls = Array.from({ length: 250 }, (_, n) => call(n, n % 2 === 0 ? 'mike' : 'anna'));
  admin.ledger.append(calls, []);
  const answer = await admin.call('POST', '/budgets:simulate', { name: 'daily', spec: spec(), ...period });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { refusedByGroup, peak, ...figures } = answer.body;
  // Eight calls of 120 fit a thousand, nine do not.
  assert.deepEqual(figures, {
    calls: 250,
    refused: 234,
    refusedBecause: { budget_exceeded: 234 },
    shortened: 0,
    switched: 0,
    costNanoSaved: 234 * 1_320_000,
    tokensSaved: 234 * 120,
    unit: 'tokens',
    groups: 2,
  });
  assert.deepEqual(refusedByGroup, [
    { group: 'anna', refused: 117, firstAt: new Date(startMs + 17 * minute).toISOString() },
    { group: 'mike', refused: 117, firstAt: new Date(startMs + 16 * minute).toISOString() },
  ]);
  assert.deepEqual([peak.used, peak.limit], [960, 1_000]);
  assert.deepEqual((await admin.call('GET', '/budgets')).body.items, []);
  assert.equal((await admin.call('GET', '/audit')).body.items.length, 0);
});

test('progress is told as server-sent events, the result last', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append([call(1, 'mike'), call(700, 'mike')], []);
  const { headers, body } = await admin.call('POST', '/budgets:simulate?progress=true', {
    spec: spec({ limit: { usd: '0.002' } }),
    ...period,
  });
  assert.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const events = body
    .split('\n\n')
    .filter((line: string) => line !== '')
    .map((line: string) => JSON.parse(line.slice('data: '.length)));
  const { result } = events.pop();
  assert.ok(events.length > 1 && events.every(({ progress }: { progress: number }) => progress <= 1));
  assert.equal(result.refused, 1);
  assert.equal(result.peak.used, '0.00132');
});

test('what is no budget is refused by field; so is a period that ends before it begins', async (t) => {
  const admin = await startTestAdmin(t);
  for (const [body, field] of [
    [{ spec: spec({ window: { calendar: 'Day', timeZone: 'Mars' } }) }, 'spec.window.timeZone'],
    [{ spec: spec({ limit: {} }) }, 'spec.limit'],
    [{ spec: spec({ groupBy: ['apiKey.'] }) }, 'spec'],
    [{ spec: spec(), from: period.to, to: period.from }, 'from'],
    [{ spec: spec(), from: 'yesterday' }, 'from'],
  ] as const) {
    const answer = await admin.call('POST', '/budgets:simulate', body);
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    assert.equal(answer.body.error.field, field);
  }
  assert.equal((await admin.call('POST', '/budgets:preview', { spec: spec({ limit: {} }) })).status, 422);
});

test('an owner may try budgets of the own team alone', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append([call(1, 'mike'), call(2, 'eve', 'finance')], []);
  const made = await admin.call('POST', '/tokens', { name: 'lead', role: 'owner', team: 'platform' });
  const owner = { authorization: `Bearer ${made.body.value}` };
  const own = spec({ selector: { matchLabels: { team: 'platform' } } });
  for (const path of ['/budgets:simulate', '/budgets:preview']) {
    assert.equal((await admin.call('POST', path, { spec: spec() }, owner)).status, 403);
    assert.equal((await admin.call('POST', path, { spec: own }, owner)).status, 200);
  }
  const { body } = await admin.call('POST', '/budgets:simulate', { spec: own, ...period }, owner);
  assert.equal(body.calls, 1);
});

test('a preview tells which keys match, and what groups used in the window that ended last', async (t) => {
  const admin = await startTestAdmin(t);
  admin.clock.nowMs += 24 * 60 * minute;
  for (const [name, team] of [
    ['one', 'platform'],
    ['two', 'platform'],
    ['three', 'finance'],
  ] as const)
    await admin.call('POST', '/keys', { name, labels: { team }, metadata: { user_id: name } });
  admin.ledger.append([call(1, 'mike'), call(2, 'mike'), call(3, 'anna'), call(24 * 60, 'late')], []);
  const selector = { matchLabels: { team: 'platform' } };
  const { body } = await admin.call('POST', '/budgets:preview', { spec: spec({ selector }) });
  assert.equal(body.matchedKeys.total, 2);
  assert.deepEqual(
    body.matchedKeys.items.map(({ name }: { name: string }) => name),
    ['one', 'two'],
  );
  assert.deepEqual(body.lastWindow, {
    from: '2026-11-25T00:00:00.000Z',
    to: '2026-11-26T00:00:00.000Z',
    complete: true,
    groups: [
      { group: 'mike', used: 240 },
      { group: 'anna', used: 120 },
    ],
  });
  const total = async (expression: string) => {
    const answer = await admin.call('POST', '/budgets:preview', { spec: spec({ selector: { expression } }) });
    return [answer.body.matchedKeys.total, answer.body.matchedKeys.dependsOnRequest];
  };
  assert.deepEqual(await total("apiKey.user_id == 'one'"), [1, false]);
  assert.equal((await total("llm.requestModel == 'x'"))[1], true);
});

test('calls come oldest first and each once, however they lie in time', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-order-'));
  t.after(() => rmSync(directory, { recursive: true }));
  let file = 0;
  const day = 86_400_000;
  const moments = fc.array(fc.oneof(fc.nat(30 * day), fc.integer({ min: 5 * day, max: 5 * day + 3 })), {
    maxLength: 400,
  });
  await fc.assert(
    fc.asyncProperty(moments, async (given) => {
      const ledger = openSqliteLedger(join(directory, `${file++}.db`));
      const sorted = given.toSorted((a, b) => a - b);
      ledger.append(
        sorted.map((at, n) => ledgerRecord(n, { startedAtMs: startMs + at })),
        [],
      );
      const found: string[] = [];
      let doneTo = startMs;
      for await (const { records, doneToMs } of callsInOrder(ledger, startMs, startMs + 31 * day)) {
        assert.ok(doneToMs >= doneTo && records.every((record) => record.startedAtMs >= doneTo));
        doneTo = doneToMs;
        found.push(...records.map(({ id }) => id));
      }
      assert.deepEqual(
        found,
        sorted.map((_, n) => ledgerRecord(n).id),
      );
      assert.equal(doneTo, startMs + 31 * day);
      ledger.close();
    }),
    { numRuns: 20 },
  );
});

test('the gateway goes on with its other work while a replay runs', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append(
    Array.from({ length: 5_000 }, (_, n) => ledgerRecord(n, { startedAtMs: startMs + n })),
    [],
  );
  let over = false;
  const running = admin.call('POST', '/budgets:simulate', { spec: spec({ groupBy: [] }), ...period });
  void running.then(() => {
    over = true;
  });
  let answered = 0;
  while (!over) {
    await admin.call('GET', '/session');
    answered += 1;
  }
  assert.equal((await running).body.calls, 5_000);
  assert.ok(answered > 5, `${answered} other requests were answered meanwhile`);
});
