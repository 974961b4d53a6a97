/**
 * What operators load into Prometheus, taken by Prometheus itself: promtool on the alert rules, and a real server that scrapes the
 * gateway and evaluates every rule and every query of the dashboards.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { budgetWorld } from './support/budget-world.ts';
import { alertRules, dashboards, queriesOf, queriesOfRules } from './support/dashboards.ts';
import { eventually } from './support/eventually.ts';
import { exerciseAgain, exerciseMetrics } from './support/exercise-metrics.ts';
import { removeDirectory, root, temporaryDirectory } from './support/gateway.ts';
import { noPrometheus, startPrometheus, type TestPrometheus } from './support/prometheus-server.ts';

const rulesFile = join(root, 'deploy', 'prometheus', 'alerts.yaml');

function promtool(...args: string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { ok: status === 0, output: stdout + stderr };
}

suite('promtool', { skip: noPrometheus }, () => {
  test('takes the alert rules', () => {
    const { ok, output } = promtool('check', 'rules', rulesFile);
    assert.ok(ok, output);
    assert.match(output, new RegExp(`${alertRules().length} rules found`));
  });

  test('each alert fires for what it is there for, and for nothing else', () => {
    const cases = join(root, 'testdata', 'prometheus', 'alerts.test.yaml');
    const text = readFileSync(cases, 'utf8');
    const untried = alertRules().filter(({ alert }) => !text.includes(alert));
    assert.deepEqual(untried, []);
    const { ok, output } = promtool('test', 'rules', cases);
    assert.ok(ok, output);
  });

  test('a rule that is wrong would be found', (t) => {
    const directory = temporaryDirectory();
    t.after(() => removeDirectory(directory));
    const wrong = join(directory, 'wrong.yaml');
    writeFileSync(wrong, readFileSync(rulesFile, 'utf8').replace('max by (instance) (', 'max by instance ('));
    assert.equal(promtool('check', 'rules', wrong).ok, false);
  });
});

/** When these are scraped, so is all that was called before. */
const lastSeries = [
  'tollgate_calls_total{outcome="refused"}',
  'tollgate_unpriced_calls_total',
  'ratelimit_service_rate_limit_over_limit',
];
/** Nothing of their kind has happened here, and no series of it is told before. */
const mayBeEmpty = /status=~"5\.\."|outcome="(rate_limited|failed)"/;
/** Says something only while all is not well. */
const isAlert = (where: string) => where.startsWith('Tollgate') && !where.includes(':');

suite('Prometheus', { skip: noPrometheus, timeout: 90_000 }, () => {
  const ends: (() => Promise<void>)[] = [];
  let prometheus: TestPrometheus;

  before(async () => {
    const world = await budgetWorld({ after: (end: () => Promise<void>) => void ends.push(end) } as never);
    await exerciseMetrics(world);
    prometheus = await startPrometheus(`${world.gateway.address}:15020`, rulesFile);
    ends.unshift(() => prometheus.stop());
    for (const series of lastSeries) await finds(prometheus, series);
    await exerciseAgain(world);
    for (const series of lastSeries) await finds(prometheus, `increase(${series}[5m]) > 0`);
  });
  after(async () => {
    for (const end of ends) await end();
  });

  test('evaluates every query of the dashboards and of the alerts, and finds what must be there', async () => {
    const queries = [...dashboards().flatMap(queriesOf), ...queriesOfRules(alertRules())];
    const faults: string[] = [];
    for (const { where, expr } of queries) {
      // Grafana puts what is chosen in their place: all of it, to begin with.
      const query = expr.replaceAll(/\$(gateway|model|budget)\b/g, '.*');
      const found = await prometheus
        .ask<{ result: unknown[] }>('query', { query })
        .catch((error: Error) => error);
      if (found instanceof Error) faults.push(`${where}: ${found.message}`);
      else if (found.result.length === 0 && !isAlert(where) && !mayBeEmpty.test(expr))
        faults.push(`${where}: nothing comes of ${query}`);
    }
    assert.deepEqual(faults, []);
  });

  test('evaluates every rule without an error; a spent budget and calls without a price are told', async () => {
    interface Rule {
      name: string;
      health: string;
      lastError?: string;
      state: string;
    }
    await eventually(async () => {
      const { groups } = await prometheus.ask<{ groups: { rules: Rule[] }[] }>('rules');
      const rules = groups.flatMap((group) => group.rules);
      assert.equal(rules.length, alertRules().length);
      assert.deepEqual(
        rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`),
        [],
      );
      const told = rules.filter(({ state }) => state !== 'inactive').map(({ name }) => name);
      for (const name of ['TollgateBudgetNearlyGone', 'TollgateUnpricedCalls'])
        assert.ok(told.includes(name), `${name} is not among ${told}`);
      assert.ok(!told.includes('TollgateBudgetCountersDrifted') && !told.includes('TollgateGone'));
    }, 10_000);
  });
});

/** Waits until it finds something. */
async function finds(prometheus: TestPrometheus, query: string): Promise<void> {
  await eventually(async () => {
    const { result } = await prometheus.ask<{ result: unknown[] }>('query', { query });
    assert.ok(result.length > 0, `nothing comes of ${query}`);
  }, 15_000);
}
