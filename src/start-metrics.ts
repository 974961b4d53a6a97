/** Composition of the metrics: what is read from the stores and the configuration whenever somebody looks. */
import { heldPrefix, usedPrefix } from './core/budget/counter-keys.ts';
import type { Budget } from './core/budget/model.ts';
import { standingsOf } from './core/budget/standing.ts';
import type { Stores } from './open-stores.ts';
import type { RecordFeed } from './record-feed.ts';
import type { CounterStore } from './storage/counters.ts';
import type { DriftCheck } from './storage/drift.ts';
import { registerBudgetMetrics } from './telemetry/budget-metrics.ts';
import {
  type ConfigurationMetrics,
  registerConfigurationMetrics,
} from './telemetry/configuration-metrics.ts';
import { GatewayMetrics } from './telemetry/metrics.ts';
import { registerProcessMetrics } from './telemetry/process-metrics.ts';
import { productVersion } from './version.ts';
import { watchDrift } from './watch-drift.ts';

export interface MetricsParts {
  options: { metricsLabels: string[]; metricsLabelValues: number; metricsBudgetGroups: number };
  feed: RecordFeed;
  stores: Stores;
  /** Where budgets are counted, which may be for several processes together. */
  counters: CounterStore;
  /** Of the snapshot in force. */
  budgets(): readonly Budget[];
  nowSeconds(): number;
  log: { error(fields: object, message: string): void };
}

export function startMetrics(parts: MetricsParts): {
  metrics: GatewayMetrics;
  drift: DriftCheck;
  configuration: ConfigurationMetrics;
} {
  const { options, feed, stores, counters: store, budgets, nowSeconds, log } = parts;
  const metrics = new GatewayMetrics({
    labels: options.metricsLabels,
    labelValues: options.metricsLabelValues,
    budgetGroups: options.metricsBudgetGroups,
  });
  feed.subscribe((record) => metrics.observe(record));
  const drift = watchDrift(stores, nowSeconds, metrics, log);
  metrics.gauge(
    'tollgate_ledger_lag_seconds',
    'For how long the ledger may not have everything that was charged.',
    async () => stores.ledgerLagSeconds(),
  );
  registerBudgetMetrics(metrics.registry, options.metricsBudgetGroups, async () => {
    try {
      const known = budgets();
      const nowMs = Date.now();
      const counters =
        known.length === 0
          ? []
          : (await Promise.all([usedPrefix, heldPrefix].map((p) => store.list(p)))).flat();
      return { budgets: known, standings: standingsOf(known, counters, nowMs), nowMs };
    } catch (error) {
      log.error({ error: String(error) }, 'budget counters could not be read for the metrics');
      throw error;
    }
  });
  registerProcessMetrics(metrics.registry, productVersion());
  return { metrics, drift, configuration: registerConfigurationMetrics(metrics.registry) };
}
