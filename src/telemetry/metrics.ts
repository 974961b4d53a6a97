/**
 * Prometheus metrics, computed from the records of finished calls: under agentgateway's names, under OpenTelemetry's, and our
 * own. The number of series is bounded whatever comes in.
 */
import { Gauge, Registry } from 'prom-client';
import { providerCallsOf, providerOutcomeOf } from '../core/provider-outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import { AgentgatewayMetrics } from './agentgateway-metrics.ts';
import { AttemptMetrics } from './attempt-metrics.ts';
import { GenAiMetrics } from './gen-ai-metrics.ts';
import { defaultMetricsSettings, type MetricsSettings } from './metrics-settings.ts';
import { type CounterSeries, SeriesCounter } from './series.ts';
import { labelled, SeriesCache } from './series-cache.ts';
import { SpendMetrics } from './spend-metrics.ts';

export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #attempts = new AttemptMetrics(this.registry);
  readonly #agentgateway: AgentgatewayMetrics;
  readonly #genAi: GenAiMetrics;
  readonly #spend: SpendMetrics;
  readonly #providerCalls: SeriesCache<CounterSeries>;

  constructor(settings: MetricsSettings = defaultMetricsSettings) {
    const { labelValues } = settings;
    this.#agentgateway = new AgentgatewayMetrics(this.registry, labelValues);
    this.#genAi = new GenAiMetrics(this.registry, labelValues);
    this.#spend = new SpendMetrics(this.registry, settings);
    const calls = new SeriesCounter(
      this.registry,
      'tollgate_provider_calls_total',
      'Calls that a provider was asked for, by how it took them.',
    );
    const make = (values: readonly string[]) =>
      calls.series(labelled(['provider', 'backend', 'outcome'], values));
    this.#providerCalls = new SeriesCache({ fromCallers: 0, labelValues, most: 1_000, make });
  }

  /** Its value is asked for at each reading of the metrics. */
  gauge(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  observe(record: RequestRecord): void {
    const { llm, backend } = record;
    this.#agentgateway.observe(record);
    this.#spend.observe(record);
    this.#attempts.observe(record);
    for (const { provider, outcome } of providerCallsOf(record))
      this.#providerCalls.at([provider, backend, outcome]).add(1);
    const outcome = providerOutcomeOf(record);
    if (llm !== undefined && outcome !== undefined) this.#genAi.observe(record, llm, outcome);
  }
}
