/** Prometheus metrics under agentgateway's names, with a label per user; label values are bounded whatever comes in. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Usage } from '../core/llm/usage.ts';
import type { LlmRecord, RequestRecord } from '../core/record.ts';
import { AttemptMetrics } from './attempt-metrics.ts';
import { BoundedLabel } from './bounded-label.ts';

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

type TokenType = 'input' | 'output' | 'input_cache_read' | 'input_cache_write';

export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #attempts = new AttemptMetrics(this.registry);
  readonly #users = new BoundedLabel(100);
  readonly #models = new BoundedLabel(100);
  readonly #requests = new Counter({
    name: 'agentgateway_requests_total',
    help: 'Requests answered.',
    labelNames: ['backend', 'protocol', 'method', 'status', 'reason', ...routeLabels],
    registers: [this.registry],
  });
  readonly #duration = new Histogram({
    name: 'agentgateway_request_duration_seconds',
    help: 'From the head of the request to the end of the answer.',
    labelNames: ['protocol', 'status', ...routeLabels],
    buckets: secondBuckets,
    registers: [this.registry],
  });
  readonly #tokens = new Histogram({
    name: 'agentgateway_gen_ai_client_token_usage',
    help: 'Tokens used by a call, by kind.',
    labelNames: ['gen_ai_token_type', 'user', ...genAiLabels],
    buckets: tokenBuckets,
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
    this.#duration.observe(common, record.durationMs / 1_000);
    if (record.llm !== undefined) this.#observeLlm(record, record.llm, route);
    this.#attempts.observe(record);
  }

  #observeLlm(record: RequestRecord, llm: LlmRecord, route: Record<string, string>): void {
    const labels = {
      gen_ai_operation_name: llm.operation,
      gen_ai_system: llm.provider,
      gen_ai_request_model: this.#models.of(llm.requestModel),
      gen_ai_response_model: this.#models.of(llm.responseModel),
      ...route,
    };
    const user = this.#users.of(record.key?.user);
    for (const [type, amount] of kindsOf(llm.usage))
      this.#tokens.observe({ ...labels, user, gen_ai_token_type: type }, amount);
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

function kindsOf(usage: Usage | undefined): [TokenType, number][] {
  if (usage === undefined) return [];
  const kinds: [TokenType, number][] = [
    ['input', usage.inputTokens],
    ['output', usage.outputTokens],
  ];
  if (usage.cachedInputTokens > 0) kinds.push(['input_cache_read', usage.cachedInputTokens]);
  if (usage.cacheWriteTokens > 0) kinds.push(['input_cache_write', usage.cacheWriteTokens]);
  return kinds;
}
