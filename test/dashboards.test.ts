/** Every query of the dashboards and alert rules asks for what the running gateway exposes. */
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { budgetWorld } from './support/budget-world.ts';
import {
  alertRules,
  dashboards,
  queriesOf,
  queriesOfRules,
  type WrittenQuery,
} from './support/dashboards.ts';
import { exerciseMetrics } from './support/exercise-metrics.ts';
import { type Exposed, exposedIn, faultsOf, labelsOf } from './support/promql.ts';

function checked({ where, expr, shown }: WrittenQuery, exposed: Exposed): string[] {
  const labels = labelsOf(expr, exposed);
  const missing = shown
    .filter((label) => !labels.has(label))
    .map((label) => `its result has no label ${label}`);
  return [...faultsOf(expr, exposed), ...missing].map((fault) => `${where}: ${fault}`);
}

suite('dashboards and alert rules', () => {
  let exposed: Exposed;

  before(async (t) => {
    const ends: (() => Promise<void>)[] = [];
    const world = await budgetWorld({ after: (end: () => Promise<void>) => void ends.push(end) } as never);
    try {
      await exerciseMetrics(world);
      const url = `http://${world.gateway.address}:15020/metrics`;
      for (let tries = 0; ; tries++) {
        const text = await (await fetch(url, { signal: t.signal })).text();
        exposed = exposedIn(text);
        if (exposed.has('tollgate_unpriced_calls_total') && /outcome="refused"/.test(text)) break;
        assert.ok(tries < 500, 'the calls did not show in the metrics');
      }
    } finally {
      for (const end of ends) await end();
    }
  });

  test('every query is valid and names what is exposed', () => {
    const queries = [...dashboards().flatMap(queriesOf), ...queriesOfRules(alertRules())];
    assert.ok(queries.length > 60, `${queries.length} queries`);
    assert.deepEqual(
      queries.flatMap((query) => checked(query, exposed)),
      [],
    );
  });

  test('a wrong name of a metric or a label, a wrong query or legend would be found', () => {
    const wrong: [expr: string, fault: RegExp, shown?: string[]][] = [
      ['sum(rate(tollgate_call_total[5m]))', /no metric tollgate_call_total/],
      ['tollgate_calls_total{result="ok"}', /tollgate_calls_total has no label result/],
      ['sum by (team) (tollgate_calls_total)', /has the label team/],
      ['sum by (le) (rate(tollgate_calls_total[5m]))', /has the label le/],
      ['tollgate_budget_used / on (budgets) tollgate_budget_limit', /has the label budgets/],
      ['rate(tollgate_budget_used[5m])', /rate of a gauge/],
      ['deriv(tollgate_cost_usd_total[5m])', /deriv of a counter/],
      ['rate(tollgate_calls_total)', /takes a range/],
      ['sum(tollgate_calls_total', /syntax error/],
      ['sum(tollgate_calls_total) > > 3', /syntax error/],
      ['sum by (outcome) (tollgate_calls_total)', /its result has no label user/, ['user']],
    ];
    for (const [expr, fault, shown = []] of wrong)
      assert.match(checked({ where: 'x', expr, shown }, exposed).join('\n'), fault, expr);
    const [dashboard] = dashboards();
    const text = JSON.stringify(dashboard).replaceAll(
      'agentgateway_requests_total',
      'agentgateway_request_total',
    );
    assert.ok(queriesOf(JSON.parse(text)).some((query) => checked(query, exposed).length > 0));
  });

  test('panels do not lie upon each other, and dashboards have names of their own', () => {
    const all = dashboards();
    assert.equal(new Set(all.map(({ uid }) => uid)).size, 2);
    for (const { title, panels } of all) {
      const taken = new Map<string, string>();
      for (const { title: name, gridPos } of panels) {
        const { x, y, w, h } = gridPos;
        assert.ok(x >= 0 && x + w <= 24, `${title}: ${name}`);
        for (let column = x; column < x + w; column++)
          for (let line = y; line < y + h; line++) {
            const place = `${column} ${line}`;
            assert.ok(!taken.has(place), `${title}: ${name} lies upon ${taken.get(place)}`);
            taken.set(place, name);
          }
      }
    }
  });

  test('alert rules have what Prometheus and people need', () => {
    const rules = alertRules();
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const rule of rules) {
      assert.match(rule.alert, /^Tollgate[A-Za-z]+$/);
      assert.ok(rule.for === undefined || /^\d+[smh]$/.test(rule.for), rule.alert);
      assert.ok(['info', 'warning', 'critical'].includes(rule.labels['severity']!), rule.alert);
      assert.ok(rule.annotations['summary'] && rule.annotations['description'], rule.alert);
    }
  });
});
