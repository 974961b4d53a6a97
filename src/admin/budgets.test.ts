import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

const path = (name: string) => `/budgets/${gatewayNamespace}/${name}`;
const daily = { limit: { tokens: 1000 }, window: { calendar: 'Day' } };
const midnight = Date.UTC(2026, 10, 25) / 1000;
const counter = (key: string, value: number, windowStart = midnight) => ({
  key,
  value,
  windowStart,
  windowSeconds: 86_400,
});

test('a budget is created, stands as its counters say, is replaced and deleted', async (t) => {
  const admin = await startTestAdmin(t);
  const created = await admin.call('POST', '/budgets', { name: 'daily', spec: daily });
  assert.equal(created.status, 201);
  assert.equal(created.body.status, 'ok');
  assert.equal(created.body.unit, 'tokens');
  assert.equal(created.body.spec.enforcement, 'Hard');
  const fresh = {
    group: '',
    limit: 1000,
    used: 0,
    reserved: 0,
    remaining: 1000,
    resetsAt: '2026-11-26T00:00:00.000Z',
  };
  assert.deepEqual(created.body.counters, [fresh]);
  admin.counters.push(
    counter(`budget|${gatewayNamespace}/daily|tokens|`, 600),
    counter(`held|${gatewayNamespace}/daily|tokens|`, 100),
  );
  const shown = (await admin.call('GET', path('daily'))).body;
  assert.deepEqual(shown.counters, [{ ...fresh, used: 600, reserved: 100, remaining: 300 }]);
  assert.deepEqual(shown.forecast, { perDay: 1200, runsOutAt: '2026-11-25T20:00:00.000Z' });
  assert.deepEqual((await admin.call('GET', '/budgets?search=DAI')).body, { items: [shown], total: 1 });
  assert.equal((await admin.call('GET', '/budgets?search=none')).body.total, 0);
  const { resourceVersion } = shown;
  const spec = { ...daily, limit: { tokens: 2000 } };
  const replaced = await admin.call('PUT', path('daily'), { spec, resourceVersion });
  assert.equal(replaced.body.counters[0].limit, 2000);
  const stale = await admin.call('PUT', path('daily'), { spec: daily, resourceVersion });
  assert.equal(stale.status, 409);
  assert.equal((await admin.call('DELETE', path('daily'))).status, 204);
  assert.equal((await admin.call('GET', path('daily'))).status, 404);
  assert.deepEqual(
    admin.logged.filter(({ audit }) => audit).map(({ action }) => action),
    ['budgets.create', 'budgets.replace', 'budgets.delete'],
  );
});

test('dollars are decimal text; groups come fullest first', async (t) => {
  const admin = await startTestAdmin(t);
  const spec = {
    limit: { usd: '25.00' },
    groupBy: ['apiKey.user_id'],
    window: { calendar: 'Month', timeZone: 'Europe/Berlin' },
  };
  const created = await admin.call('POST', '/budgets', { name: 'dollars', spec });
  assert.deepEqual(created.body.counters, []);
  const month = Date.UTC(2026, 9, 31, 23) / 1000;
  admin.counters.push(
    counter(`budget|${gatewayNamespace}/dollars|usd|anna`, 1_500_000_000, month),
    counter(`budget|${gatewayNamespace}/dollars|usd|mike`, 20_000_000_000, month),
  );
  const { counters, forecast } = (await admin.call('GET', path('dollars'))).body;
  assert.deepEqual(
    counters.map(({ group, used, remaining }: Record<string, unknown>) => [group, used, remaining]),
    [
      ['mike', '20.00', '5.00'],
      ['anna', '1.50', '23.50'],
    ],
  );
  assert.equal(counters[0].resetsAt, '2026-11-30T23:00:00.000Z');
  assert.ok(Math.abs(forecast.perDay - 20 / (24 + 13 / 24)) < 0.001);
});

test('a budget that could not be compiled is refused, by field, before it guards anything', async (t) => {
  const admin = await startTestAdmin(t);
  for (const [spec, field] of [
    [{}, 'spec.limit'],
    [{ limit: {} }, 'spec.limit'],
    [{ limit: { tokens: 1, usd: '1' } }, 'spec.limit'],
    [{ limit: { tokens: -1 } }, 'spec.limit.tokens'],
    [{ limit: { usd: '1,50' } }, 'spec.limit.usd'],
    [{ limit: { tokens: 1 }, colour: 'red' }, 'spec.colour'],
    [{ limit: { tokens: 1 }, window: { calendar: 'Fortnight' } }, 'spec.window.calendar'],
    [{ limit: { tokens: 1 }, window: { calendar: 'Day', timeZone: '<b>Mars</b>' } }, 'spec.window.timeZone'],
    [{ limit: { tokens: 1 }, groupBy: ['apiKey.user_id =='] }, 'spec'],
    [{ limit: { tokens: 1 }, selector: { expression: '🔑' } }, 'spec'],
    [
      { limit: { tokens: 1 }, overrides: [{ from: '2026-12-02', to: '2026-12-01', limit: { tokens: 2 } }] },
      'spec.overrides[0]',
    ],
  ] as [object, string][]) {
    const answer = await admin.call('POST', '/budgets', { name: 'wrong', spec });
    assert.equal(answer.status, 422, JSON.stringify(spec));
    assert.equal(answer.body.error.field, field, JSON.stringify(answer.body));
  }
  assert.equal(
    (await admin.call('POST', '/budgets', { name: 'Wrong!', spec: daily })).body.error.field,
    'name',
  );
  assert.equal((await admin.call('GET', '/budgets')).body.total, 0);
});

test('budgets are exported as a table, a row for each counter; names that look like formulas are text', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/budgets', {
    name: 'by-user',
    spec: {
      selector: { matchLabels: { team: 'research' } },
      groupBy: ['apiKey.user_id'],
      limit: { usd: '2.5' },
      window: { calendar: 'Day', timeZone: 'Europe/Berlin' },
      onExceeded: { action: 'Report' },
    },
  });
  await admin.call('POST', '/budgets', { name: 'ever', spec: { limit: { tokens: 100 } } });
  const key = 'budget|agentgateway-system/by-user|usd|';
  const windowStart = Date.UTC(2026, 10, 24, 23) / 1000;
  for (const [group, value] of [
    ['=cmd()', 2_000_000_000],
    ['anna', 500_000_000],
  ] as const)
    admin.counters.push({ key: `${key}${group}`, windowStart, windowSeconds: 86_400, value });
  const { status, headers, body } = await admin.call('GET', '/budgets?format=csv&search=system/');
  assert.equal(status, 200);
  assert.equal(headers.get('content-disposition'), 'attachment; filename="budgets.csv"');
  const rows = String(body).trim().split('\r\n') as [string, string, string, string];
  assert.equal(rows[0].split(',').length, 19);
  const start =
    'agentgateway-system,by-user,ok,usd,2.5,Day Europe/Berlin,team=research,,apiKey.user_id,Hard,Report';
  assert.ok(rows[1].startsWith(`${start},'=cmd(),2.50,2.00,0.00,0.50,2026-11-25T23:00:00.000Z,`), rows[1]);
  assert.equal(rows[2], `${start},anna,2.50,0.50,0.00,2.00,2026-11-25T23:00:00.000Z,,`);
  assert.ok(
    rows[3].startsWith('agentgateway-system,ever,ok,tokens,100,lifetime,,,,Hard,Reject,,100,0,0,100,'),
    rows[3],
  );
  assert.equal(rows.length, 4);
});

test('budgets are pages, filtered by unit, sorted by name, by how full they are and by who runs out first', async (t) => {
  const admin = await startTestAdmin(t);
  const limits = { a: { tokens: 1000 }, b: { requests: 10 }, c: { tokens: 1000 }, d: { usd: '1.00' } };
  for (const [name, limit] of Object.entries(limits))
    await admin.call('POST', '/budgets', { name, spec: { limit, window: { calendar: 'Day' } } });
  admin.counters.push(
    counter(`budget|${gatewayNamespace}/a|tokens|`, 300),
    counter(`budget|${gatewayNamespace}/b|requests|`, 9),
    counter(`budget|${gatewayNamespace}/c|tokens|`, 400),
    counter(`held|${gatewayNamespace}/c|tokens|`, 450),
  );
  const find = async (query: string) => (await admin.call('GET', `/budgets?${query}`)).body;
  const names = async (query: string) => (await find(query)).items.map(({ name }: { name: string }) => name);
  assert.deepEqual(await names('sort=fullest&order=desc'), ['b', 'c', 'a', 'd']);
  // Nine tenths are gone by noon, and more than four: these end today, the others do not.
  assert.deepEqual(await names('sort=runsOutAt'), ['b', 'c', 'a', 'd']);
  assert.deepEqual(await names('unit=tokens&order=desc'), ['c', 'a']);
  const page = await find('limit=1&offset=3');
  assert.deepEqual([page.items[0].name, page.total], ['d', 4]);
  const csv = (await admin.call('GET', '/budgets?format=csv&unit=usd&limit=1')).body;
  assert.match(csv, /\r\n.*,d,ok,usd/);
  assert.equal((await find('sort=spec')).error.field, 'sort');
});
