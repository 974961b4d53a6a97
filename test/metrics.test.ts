/** The metrics of the real gateway tell what its ledger and its counters tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

const namespace = 'agentgateway-system';

function sumOf(text: string, name: string, having: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(having));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

test('tokens, dollars and budgets in the metrics are those of the ledger and the counters', async (t) => {
  const world = await budgetWorld(t, ['--metrics-labels', 'user,team,model', '--metrics-budget-groups', '1']);
  const read = async (accept = 'text/plain') => {
    const url = `http://${world.gateway.address}:15020/metrics`;
    return (await fetch(url, { headers: { accept } })).text();
  };
  const team = (name: string) => ({ owner: name, team: 'platform' });
  await world.key('tg-anna', { metadata: { user: 'anna' } }, team('tg-anna'));
  await world.key('tg-zoe', { metadata: { user: 'zoe' } }, team('tg-zoe'));
  await world.budget('platform', {
    selector: { matchLabels: { team: 'platform' } },
    groupBy: ['apiKey.user'],
    limit: { requests: 3 },
    window: { lifetime: true },
  });
  const statuses: number[] = [];
  for (let call = 0; call < 4; call++) statuses.push((await world.ask('tg-anna')).status);
  statuses.push((await world.ask('tg-zoe')).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 200]);
  interface Total {
    total: { requests: number; refused: number; tokens: number; costNano: number };
  }
  await eventually(async () => {
    const { total } = await world.admin<Total>('usage?label:team=platform&groupBy=model');
    const text = await read();
    const calls = sumOf(text, 'tollgate_calls_total', 'team="platform"');
    const refused = sumOf(text, 'tollgate_calls_total', 'outcome="refused"');
    assert.deepEqual([calls, refused], [total.requests, total.refused]);
    assert.deepEqual([calls, refused], [5, 1]);
    assert.equal(
      sumOf(text, 'tollgate_tokens_total', 'token_type="input"') +
        sumOf(text, 'tollgate_tokens_total', 'token_type="output"'),
      total.tokens,
    );
    const cost = sumOf(text, 'tollgate_cost_usd_total', 'team="platform"');
    assert.ok(total.costNano > 0 && Math.abs(cost - total.costNano / 1e9) < 1e-12);
  });
  const text = await read();
  const budget = `budget="${namespace}/platform",unit="requests"`;
  const gauges = ['limit', 'used', 'reserved', 'remaining'];
  const figures = (group: string) =>
    gauges.map((name) => sumOf(text, `tollgate_budget_${name}`, `${budget},group="${group}"`));
  assert.deepEqual(figures('anna'), [3, 3, 0, 0]);
  assert.deepEqual(figures('other'), [3, 1, 0, 2]);
  assert.equal(sumOf(text, 'tollgate_configuration_refused_objects', 'kind="Budget"'), 0);
  assert.ok(Number(/^tollgate_ledger_lag_seconds (\S+)$/m.exec(text)![1]) < 5);

  await t.test('a refused object is counted', async () => {
    const bad = {
      apiVersion: 'tollgate.dev/v1alpha1',
      kind: 'Budget',
      metadata: { name: 'bad', namespace },
      spec: { selector: { expression: 'apiKey.(' }, limit: { tokens: 1 }, window: { lifetime: true } },
    };
    await world.cluster.apply(JSON.stringify(bad));
    await eventually(async () =>
      assert.equal(sumOf(await read(), 'tollgate_configuration_refused_objects', 'kind="Budget"'), 1),
    );
  });

  await t.test('OpenMetrics is what Prometheus asks for', async () => {
    const open = await read('application/openmetrics-text;version=1.0.0;q=0.9,text/plain;q=0.5');
    assert.ok(open.endsWith('# EOF\n'));
    assert.equal(sumOf(open, 'tollgate_calls_total', 'team="platform"'), 5);
  });
});
