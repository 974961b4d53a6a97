import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyBudget } from '../core/budget/budget.fixture.ts';
import { usedKey } from '../core/budget/counter-keys.ts';
import type { RequestRecord } from '../core/record.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { StandingReporter } from './standing-reporter.ts';

const noon = Date.UTC(2026, 10, 25, 12);
const midnight = Date.UTC(2026, 10, 25) / 1000;

const budget = dailyBudget({ unit: 'usd', limit: 25_000_000_000 });

function object(kind: string, name: string, status: Record<string, unknown> = {}): KubeObject {
  return { apiVersion: 'tollgate.dev/v1alpha1', kind, metadata: { namespace: 'ns', name }, status };
}

function reporterOver(
  objects: KubeObject[],
  counters: { key: string; windowStart: number; value: number }[],
) {
  const writes: { name: string; status: Record<string, unknown> }[] = [];
  const reporter = new StandingReporter({
    source: {
      list: (_, kind) => objects.filter((o) => o.kind === kind),
      get: ({ kind, name }) => objects.find((o) => o.kind === kind && o.metadata.name === name),
      writeStatus: async (o, status) => {
        writes.push({ name: o.metadata.name, status });
        o['status'] = status;
      },
    },
    budgets: () => [budget],
    counters: () => counters,
    onStandings: async () => undefined,
    nowMs: () => noon,
  });
  return { reporter, writes };
}

test('a budget tells its fullest counter; what is there already is not written again', async () => {
  const counters = [
    {
      key: usedKey({ budget: 'ns/daily', unit: 'usd', group: 'mike' }),
      windowStart: midnight,
      value: 1_500_000_000,
    },
  ];
  const conditions = [{ type: 'Accepted' }];
  const { reporter, writes } = reporterOver([object('Budget', 'daily', { conditions })], counters);
  await reporter.report();
  await reporter.report();
  assert.deepEqual(writes, [
    {
      name: 'daily',
      status: {
        conditions,
        groups: 1,
        limit: '25.00 USD',
        used: '1.50 USD',
        reserved: '0.00 USD',
        remaining: '23.50 USD',
        resetsAt: '2026-11-26T00:00:00Z',
      },
    },
  ]);
});

test('a new window starts from nothing', async () => {
  const daily = object('Budget', 'daily', { groups: 1, used: '1.50 USD', reserved: '0.00 USD' });
  const { reporter, writes } = reporterOver([daily], []);
  await reporter.report();
  assert.deepEqual(writes[0]?.status, {
    groups: 0,
    limit: '25.00 USD',
    used: '0.00 USD',
    reserved: '0.00 USD',
    remaining: '25.00 USD',
    resetsAt: '2026-11-26T00:00:00Z',
  });
});

test('last use of a key: to the minute, and only of VirtualKeys', async () => {
  const { reporter, writes } = reporterOver([object('VirtualKey', 'mike'), object('VirtualKey', 'anna')], []);
  const used = (id: string, startedAtMs: number) =>
    reporter.observe({ key: { id }, startedAtMs } as RequestRecord);
  used('VirtualKey/ns/mike', noon);
  used('Secret/ns/s/anna', noon);
  await reporter.report();
  used('VirtualKey/ns/mike', noon + 59_000);
  await reporter.report();
  used('VirtualKey/ns/mike', noon + 60_000);
  await reporter.report();
  assert.deepEqual(
    writes.map(({ name, status }) => [name, status['lastUsedAt']]),
    [
      ['mike', '2026-11-25T12:00:00Z'],
      ['mike', '2026-11-25T12:01:00Z'],
    ],
  );
});
