import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyBudget } from '../core/budget/budget.fixture.ts';
import { burnDownPlan } from '../core/budget/burn-down.ts';
import type { BudgetUnit } from '../core/budget/model.ts';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { BurnDownReader } from './burn-down-reader.ts';

const midnight = Date.UTC(2026, 10, 25);
const hour = 3_600_000;
const budget = 'agentgateway-system/daily';

interface ChargeAt {
  group?: string;
  unit?: BudgetUnit;
  window?: number;
}

/** A call that began so many hours after midnight, and what it was charged. */
function callAt(
  n: number,
  hours: number,
  used: number,
  { group = '', unit = 'tokens', window }: ChargeAt = {},
) {
  const startedAtMs = midnight + hours * hour;
  const day = window ?? midnight + Math.floor(hours / 24) * 24 * hour;
  const charge = { budget, unit, group, used, windowStart: day / 1000, windowSeconds: 86_400 };
  const foreign = { ...charge, budget: 'agentgateway-system/other', used: 9_999 };
  return ledgerRecord(n, { startedAtMs, budgets: [foreign, charge] });
}

function count(admin: TestAdmin, used: number, group = '', unit = 'tokens') {
  admin.counters.push({
    key: `budget|${budget}|${unit}|${group}`,
    windowStart: midnight / 1000,
    windowSeconds: 86_400,
    value: used,
  });
}

const spec = { limit: { tokens: 1_000 }, window: { calendar: 'Day' } };
const path = '/budgets/agentgateway-system/daily/burn-down';

test('the course of this window and of the one before is what the ledger’s calls were charged', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', { name: 'daily', spec });
  count(admin, 420);
  await admin.ledger.append(
    [
      callAt(1, -20, 700),
      callAt(2, -2, 200),
      callAt(3, -0.001, 20, { window: midnight }),
      callAt(4, 3, 100),
      callAt(5, 11.9, 300),
    ],
    [],
  );
  const { status, body } = await admin.call('GET', path);
  assert.equal(status, 200);
  const usedAt = (points: { at: string; used: number }[], at: string) =>
    points.find((one) => one.at === at)?.used;
  assert.equal(usedAt(body.points, '2026-11-25T00:00:00.000Z'), 0);
  assert.equal(usedAt(body.points, '2026-11-25T03:00:00.000Z'), 20);
  assert.equal(usedAt(body.points, '2026-11-25T03:30:00.000Z'), 120);
  assert.deepEqual(body.points.at(-1), { at: '2026-11-25T12:00:00.000Z', used: 420 });
  assert.equal(body.to, '2026-11-26T00:00:00.000Z');
  assert.deepEqual(body.limits, [{ from: '2026-11-25T00:00:00.000Z', limit: 1_000 }]);
  assert.equal(body.complete, true);
  assert.deepEqual(body.before.points.at(-1), { at: '2026-11-25T00:00:00.000Z', used: 900 });
  assert.equal(usedAt(body.before.points, '2026-11-24T04:00:00.000Z'), 0);
  assert.equal(usedAt(body.before.points, '2026-11-24T04:30:00.000Z'), 700);
  const shown = (await admin.call('GET', '/budgets/agentgateway-system/daily')).body;
  assert.deepEqual(body.forecast, shown.forecast, 'one forecast, wherever it is shown');
});

test('what comes in later is in the next answer, and nothing twice', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', { name: 'daily', spec });
  await admin.ledger.append([callAt(1, 3, 100), callAt(2, 11.95, 5)], []);
  admin.clock.nowMs += 1;
  const last = async () => (await admin.call('GET', path)).body.points.at(-2).used;
  assert.equal(await last(), 105);
  await admin.ledger.append([callAt(3, 11.99, 7)], []);
  assert.equal(await last(), 112);
  admin.clock.nowMs += hour;
  await admin.ledger.append([callAt(4, 12.5, 11)], []);
  assert.deepEqual([await last(), await last()], [123, 123]);
  admin.clock.nowMs += 12 * hour;
  const { body } = await admin.call('GET', path);
  assert.equal(body.before.points.at(-1).used, 123, 'the window has ended');
  assert.equal(body.points.at(-2).used, 0);
});

test('a counter of its own for each group, the fullest first; dollars as decimal text; overrides as steps', async (t) => {
  const admin = await startTestAdmin(t);
  const overrides = [{ from: '2026-11-25T06:00:00Z', to: '2026-11-25T18:00:00Z', limit: { usd: '9' } }];
  const usd = { limit: { usd: '2.50' }, window: { calendar: 'Day' }, groupBy: ['apiKey.user_id'], overrides };
  await admin.call('POST', '/budgets', { name: 'daily', spec: usd });
  count(admin, 1_000_000_000, 'mike', 'usd');
  count(admin, 2_000_000_000, 'anna', 'usd');
  const of = (group: string): ChargeAt => ({ group, unit: 'usd' });
  await admin.ledger.append(
    [callAt(1, 3, 1_000_000_000, of('mike')), callAt(2, 4, 2_000_000_000, of('anna'))],
    [],
  );
  const fullest = (await admin.call('GET', path)).body;
  assert.deepEqual([fullest.group, fullest.points.at(-1).used], ['anna', '2.00']);
  assert.deepEqual(
    fullest.limits.map(({ limit }: { limit: string }) => limit),
    ['2.50', '9.00', '2.50'],
  );
  const mike = (await admin.call('GET', `${path}?group=mike`)).body;
  assert.deepEqual([mike.points.at(-2).used, mike.points.at(-1).used], ['1.00', '1.00']);
  const nobody = (await admin.call('GET', `${path}?group=nobody`)).body;
  assert.equal(nobody.points.at(-1).used, '0.00');
});

test('an owner sees it of the own team’s budgets; what nothing is used up of has none', async (t) => {
  const admin = await startTestAdmin(t);
  const own = { ...spec, selector: { matchLabels: { team: 'research' } } };
  await admin.call('POST', '/budgets', { name: 'daily', spec: own });
  await admin.call('POST', '/budgets', { name: 'all', spec });
  await admin.call('POST', '/budgets', { name: 'at-once', spec: { limit: { concurrency: 3 } } });
  await admin.ledger.append([callAt(1, 3, 100)], []);
  const { value } = (await admin.call('POST', '/tokens', { name: 'lead', role: 'owner', team: 'research' }))
    .body;
  const owner = { authorization: `Bearer ${value}` };
  assert.equal((await admin.call('GET', path, undefined, owner)).body.points.at(-2).used, 100);
  const foreign = '/budgets/agentgateway-system/all/burn-down';
  assert.equal((await admin.call('GET', foreign, undefined, owner)).status, 404);
  const atOnce = await admin.call('GET', '/budgets/agentgateway-system/at-once/burn-down');
  assert.equal(atOnce.body.error.code, 'no_course');
});

test('where time does not suffice the next question goes on, and both who ask at once have the same', async () => {
  const records = Array.from({ length: 3_000 }, (_, n) => callAt(n, (n * 11) / 3_000, 1)).reverse();
  let pages = 0;
  const ledger = {
    search: async (
      { fromMs = 0, toMs = 0 }: { fromMs?: number; toMs?: number },
      { limit }: { limit: number },
    ) => {
      pages += 1;
      // As slow as a big one.
      for (const until = performance.now() + 10; performance.now() < until; );
      const found = records.filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < toMs);
      const page: RequestRecord[] = found.slice(0, limit);
      return { records: page, ...(found.length > limit && { next: page.at(-1)!.id }) };
    },
  };
  const reader = new BurnDownReader(100);
  const now = midnight + 12 * hour;
  const day = dailyBudget({ name: budget });
  const read = () => reader.read(ledger, day, '', burnDownPlan(day.window, now, 0), now);
  const first = await read();
  assert.equal(first.complete, false);
  let turns = 0;
  let last = first;
  for (; !last.complete && turns < 20; turns += 1) last = (await Promise.all([read(), read()]))[1]!;
  assert.equal(
    last.now.reduce((sum, used) => sum + used, 0),
    3_000,
  );
  const before = pages;
  assert.deepEqual((await read()).now, last.now);
  assert.ok(pages - before < 5, `${pages - before} pages for what is known`);
});
