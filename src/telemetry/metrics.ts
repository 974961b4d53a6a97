/**
 * Prometheus metrics, computed from the records of finished calls: under agentgateway's names with a label per user, under
 * OpenTelemetry's, and our own. Label values are bounded whatever comes in.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { providerOutcomeOf } from '../core/provider-outcome.ts';
import type { LlmRecord, RequestRecord } from '../core/record.ts';
import { BoundedSeries } from './bounded-series.ts';
import { GenAiMetrics } from './gen-ai-metrics.ts';
import { defaultMetricsSettings, type MetricsSettings } from './metrics-settings.ts';
import { SpendMetrics } from './spend-metrics.ts';
import { tokenKinds } from './token-kinds.ts';
import { TracedHistogram } from './traced-histogram.ts';

const routeLabels = ['bind', 'gateway', 'listener', 'route', 'route_rule'] as const;
const genAiLabels = [
  'gen_ai_operation_name',
  'gen_ai_system',
  'gen_ai_request_model',
  'gen_ai_response_model',
  ...routeLabels,
] as const;

const tokenBuckets = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];
const secondBuckets = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

const nanoPerUsd = 1e9;

export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #genAi: GenAiMetrics;
  readonly #spend: SpendMetrics;
  /** User, model asked for, model that answered: of a call, so not of our choosing. */
  readonly #callers: BoundedSeries;
  readonly #requests = new Counter({
    name: 'agentgateway_requests_total',
    help: 'Requests answered.',
    labelNames: ['backend', 'protocol', 'method', 'status', 'reason', ...routeLabels],
    registers: [this.registry],
  });
  readonly #duration = new TracedHistogram(this.registry, {
    name: 'agentgateway_request_duration_seconds',
    help: 'From the head of the request to the end of the answer.',
    labelNames: ['protocol', 'status', ...routeLabels],
    buckets: secondBuckets,
  });
  readonly #tokens = new Histogram({
    name: 'agentgateway_gen_ai_client_token_usage',
    help: 'Tokens used by a call, by kind.',
    labelNames: ['gen_ai_token_type', 'user', ...genAiLabels],
    buckets: tokenBuckets,
    registers: [this.registry],
  });
  readonly #cost = new Counter({
    name: 'agentgateway_gen_ai_client_cost_usd_total',
    help: 'US dollars that model calls cost.',
    labelNames: ['user', ...genAiLabels],
    registers: [this.registry],
  });
  readonly #providerCalls = new Counter({
    name: 'tollgate_provider_calls_total',
    help: 'Calls that a provider was asked for, by how it took them.',
    labelNames: ['provider', 'backend', 'outcome'],
    registers: [this.registry],
  });
  readonly #genAiDuration = this.#seconds(
    'agentgateway_gen_ai_server_request_duration',
    'Duration of a model call.',
  );
  readonly #firstToken = this.#seconds(
    'agentgateway_gen_ai_server_time_to_first_token',
    'Time to the first token of a stream.',
  );
  readonly #perToken = this.#seconds(
    'agentgateway_gen_ai_server_time_per_output_token',
    'Time per token after the first.',
  );

  constructor(settings: MetricsSettings = defaultMetricsSettings) {
    this.#callers = new BoundedSeries(
      ['user', 'gen_ai_request_model', 'gen_ai_response_model'],
      settings.labelValues,
      1_000,
    );
    this.#genAi = new GenAiMetrics(this.registry, settings.labelValues);
    this.#spend = new SpendMetrics(this.registry, settings);
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
    const route = routeOf(record);
    const method = knownMethods.has(record.method) ? record.method : 'other';
    const common = { protocol: record.protocol, status: String(record.status), ...route };
    this.#requests.inc({ ...common, backend: record.backend ?? '', method, reason: record.reason ?? '' });
    this.#duration.observe(common, record.durationMs / 1_000, record.trace?.traceId);
    this.#spend.observe(record);
    if (record.llm !== undefined) this.#observeLlm(record, record.llm, route);
  }

  #observeLlm(record: RequestRecord, llm: LlmRecord, route: Record<string, string>): void {
    const { user, ...models } = this.#callers.of([record.key?.user, llm.requestModel, llm.responseModel]);
    const labels = {
      gen_ai_operation_name: llm.operation,
      gen_ai_system: llm.provider,
      ...models,
      ...route,
    };
    for (const [type, amount] of tokenKinds(llm.usage))
      this.#tokens.observe({ ...labels, user: user!, gen_ai_token_type: type }, amount);
    if (llm.costNano !== undefined) this.#cost.inc({ ...labels, user: user! }, llm.costNano / nanoPerUsd);
    const outcome = providerOutcomeOf(record);
    if (outcome !== undefined)
      this.#providerCalls.inc({ provider: llm.provider, backend: record.backend ?? '', outcome });
    this.#genAi.observe(record, llm);
    this.#genAiDuration.observe(labels, record.durationMs / 1_000);
    if (llm.timeToFirstTokenMs !== undefined)
      this.#firstToken.observe(labels, llm.timeToFirstTokenMs / 1_000);
    if (llm.timePerOutputTokenMs !== undefined)
      this.#perToken.observe(labels, llm.timePerOutputTokenMs / 1_000);
  }

  #seconds(name: string, help: string): Histogram<(typeof genAiLabels)[number]> {
    return new Histogram({
      name,
      help,
      labelNames: genAiLabels,
      buckets: secondBuckets,
      registers: [this.registry],
    });
  }
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** All of these are names from the configuration: a request can't make new ones. */
function routeOf(record: RequestRecord): Record<(typeof routeLabels)[number], string> {
  return {
    bind: record.bind,
    gateway: record.gateway ?? '',
    listener: record.listener ?? '',
    route: record.route ?? '',
    route_rule: record.routeRule ?? '',
  };
}
