import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { BudgetView } from '../admin-api.ts';
import { startWorld, type World } from '../run-program.fixture.ts';

const daily: BudgetView = {
  namespace: 'agentgateway-system',
  name: 'daily',
  spec: {
    limit: { tokens: 100_000 },
    window: { calendar: 'Day' },
    groupBy: ['apiKey.user_id'],
    enforcement: 'Hard',
  },
  status: 'ok',
  unit: 'tokens',
  counters: [
    {
      group: 'mike',
      limit: 100_000,
      used: 90_000,
      reserved: 500,
      remaining: 9_500,
      resetsAt: '2026-11-26T00:00:00Z',
    },
    {
      group: 'anna',
      limit: 100_000,
      used: 10,
      reserved: 0,
      remaining: 99_990,
      resetsAt: '2026-11-26T00:00:00Z',
    },
  ],
  resourceVersion: '3',
  forecast: { runsOutAt: '2026-11-25T18:00:00Z', perDay: 120_000 },
};
const dollars: BudgetView = {
  ...daily,
  name: 'money',
  spec: { limit: { usd: '25.00' } },
  unit: 'usd',
  counters: [{ group: '', limit: '25.00', used: '1.250000001', reserved: '0', remaining: '23.749999999' }],
  forecast: undefined,
};

describe('tollgate budgets', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(() => {
    world.api.requests.length = 0;
    world.api.answers.clear();
    world.api.budgets = [daily, dollars];
  });

  test('list shows the fullest counter; dollars stay exact', async () => {
    const done = await world.run(['budgets', 'list']);
    assert.equal(
      done.stdout,
      [
        'NAMESPACE            NAME   UNIT      LIMIT          USED  HELD           LEFT  GROUP  RESETS                STATUS',
        'agentgateway-system  daily  tokens  100,000        90,000   500          9,500  mike   2026-11-26 00:00 UTC  ok',
        'agentgateway-system  money  usd      $25.00  $1.250000001    $0  $23.749999999  -      -                     ok',
        '',
      ].join('\n'),
    );
    const csv = await world.run(['budgets', 'list', '-o', 'csv']);
    assert.match(csv.stdout, /daily,tokens,100000,90000,500,9500,mike,2026-11-26T00:00:00Z,ok/);
  });

  test('show, holds and delete', async () => {
    const shown = await world.run(['budgets', 'show', 'daily']);
    assert.match(shown.stdout, /runs out on +2026-11-25 18:00 UTC/);
    assert.match(shown.stdout, /\nmike +100,000 +90,000 +500 +9,500 .*\nanna /);
    world.api.answers.set('GET /budgets/agentgateway-system/daily/holds', () => ({
      json: {
        items: [
          { id: 'c-1', key: 'VirtualKey/a/b', group: 'mike', reserved: 500, since: '2026-11-25T18:00:00Z' },
        ],
      },
    }));
    const holds = await world.run(['budgets', 'holds', 'daily', '-o', 'csv']);
    assert.equal(
      holds.stdout,
      'id,key,group,reserved,since,leaseUntil\r\nc-1,VirtualKey/a/b,mike,500,2026-11-25T18:00:00Z,\r\n',
    );
    world.api.answers.set('DELETE /budgets/agentgateway-system/daily/holds/c-1', () => ({ status: 204 }));
    assert.equal((await world.run(['budgets', 'release', 'daily', 'c-1'])).code, 2);
    const released = await world.run(['budgets', 'release', 'daily', 'c-1', '-y']);
    assert.equal(released.stdout, 'c-1 holds nothing of agentgateway-system/daily any more.\n');
    assert.equal((await world.run(['budgets', 'delete', 'daily'])).code, 2);
    assert.equal((await world.run(['budgets', 'delete', 'agentgateway-system/daily', '-y'])).code, 0);
    assert.deepEqual(world.api.budgets, [dollars]);
    const none = await world.run(['budgets', 'show', 'daily']);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /budgets list/);
  });

  test('create from options: the spec that the resource has', async () => {
    const args = [
      'budgets',
      'create',
      'eng',
      '--usd',
      '25.00',
      '--per',
      'month',
      '--time-zone',
      'Europe/Berlin',
    ];
    const done = await world.run([
      ...args,
      '--select',
      'team=eng',
      '--group-by',
      'apiKey.user_id',
      '--soft',
      '--report',
    ]);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(world.api.requests[0]!.body, {
      name: 'eng',
      spec: {
        selector: { matchLabels: { team: 'eng' } },
        groupBy: ['apiKey.user_id'],
        limit: { usd: '25.00' },
        window: { calendar: 'Month', timeZone: 'Europe/Berlin' },
        enforcement: 'Soft',
        onExceeded: { action: 'Report' },
      },
    });
    await world.run(['budgets', 'create', 'roll', '--tokens', '5', '--rolling', '1d30m']);
    const { spec } = world.api.requests[1]!.body as BudgetView;
    assert.deepEqual(spec['window'], { rolling: '24h30m' });
  });

  test('create from a file, and what is wrong before anything is sent', async () => {
    const object = (name: string) =>
      `apiVersion: tollgate.dev/v1alpha1\nkind: Budget\nmetadata: {name: ${name}, namespace: prod}\nspec: {limit: {tokens: 5}}\n`;
    const file = world.file('budgets.yaml', `${object('a')}---\n${object('b')}`);
    const done = await world.run(['budgets', 'create', '-f', file]);
    assert.equal(done.stdout, 'Budget prod/a is made.\nBudget prod/b is made.\n');
    assert.deepEqual(world.api.requests[1]!.body, {
      namespace: 'prod',
      name: 'b',
      spec: { limit: { tokens: 5 } },
    });
    world.api.requests.length = 0;
    for (const [args, message] of [
      [['x'], /say one limit/],
      [['x', '--tokens', '5', '--usd', '1'], /say one limit/],
      [['x', '--tokens', 'many'], /whole number/],
      [['x', '--tokens', '5', '--time-zone', 'UTC'], /goes with --per/],
      [['x', '--tokens', '5', '--per', 'day', '--rolling', '1h'], /cannot be used with/],
      [[], /name the budget/],
    ] as const) {
      const wrong = await world.run(['budgets', 'create', ...args]);
      assert.equal(wrong.code, 2, wrong.stderr);
      assert.match(wrong.stderr, message);
    }
    assert.equal(world.api.requests.length, 0);
  });

  test('a budget that the gateway keeps but can not enforce is a failure', async () => {
    world.api.answers.set('POST /budgets', () => ({
      status: 201,
      json: { ...daily, status: 'invalid', message: 'expression apiKey.: syntax error' },
    }));
    const done = await world.run(['budgets', 'create', 'daily', '--tokens', '5', '--group-by', 'apiKey.']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /budget agentgateway-system\/daily: expression apiKey\./);
  });
});
