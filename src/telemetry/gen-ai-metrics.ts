/**
 * OpenTelemetry's metrics of model calls (semantic conventions for generative AI), under the names that they have in Prometheus
 * and with the buckets that the convention gives. Only calls that a provider was asked for; exemplars name the call's trace.
 */
import type { Registry } from 'prom-client';
import { providerOutcomeOf } from '../core/provider-outcome.ts';
import type { LlmRecord, RequestRecord } from '../core/record.ts';
import { BoundedSeries } from './bounded-series.ts';
import { TracedHistogram } from './traced-histogram.ts';

/** gen_ai.client.token.usage. */
const tokenBuckets = Array.from({ length: 14 }, (_, power) => 4 ** power);
/** gen_ai.server.request.duration. */
const durationBuckets = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);
/** gen_ai.server.time_to_first_token. */
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
/** gen_ai.server.time_per_output_token. */
const perTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

const labels = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
  'server_address',
  'server_port',
];

export class GenAiMetrics {
  readonly #series: BoundedSeries;
  readonly #tokens: TracedHistogram;
  readonly #duration: TracedHistogram;
  readonly #firstToken: TracedHistogram;
  readonly #perToken: TracedHistogram;

  constructor(registry: Registry, labelValues: number) {
    this.#series = new BoundedSeries(labels, labelValues, 1_000);
    const histogram = (name: string, help: string, buckets: number[], more: string[] = []) =>
      new TracedHistogram(registry, { name, help, buckets, labelNames: [...labels, ...more] });
    this.#tokens = histogram(
      'gen_ai_client_token_usage',
      'Input and output tokens of a call.',
      tokenBuckets,
      ['gen_ai_token_type'],
    );
    this.#duration = histogram(
      'gen_ai_server_request_duration_seconds',
      'How long a model call took.',
      durationBuckets,
      ['error_type'],
    );
    this.#firstToken = histogram(
      'gen_ai_server_time_to_first_token_seconds',
      'Time to the first token of a stream.',
      firstTokenBuckets,
    );
    this.#perToken = histogram(
      'gen_ai_server_time_per_output_token_seconds',
      'Time per token after the first.',
      perTokenBuckets,
    );
  }

  observe(record: RequestRecord, llm: LlmRecord): void {
    const outcome = providerOutcomeOf(record);
    if (outcome === undefined) return;
    const values = this.#series.of(valuesOf(record, llm));
    const traceId = record.trace?.traceId;
    this.#duration.observe(
      { ...values, error_type: outcome === 'ok' ? '' : outcome },
      record.durationMs / 1_000,
      traceId,
    );
    for (const [type, amount] of [
      ['input', llm.usage?.inputTokens],
      ['output', llm.usage?.outputTokens],
    ] as const) {
      if (amount !== undefined) this.#tokens.observe({ ...values, gen_ai_token_type: type }, amount, traceId);
    }
    if (llm.timeToFirstTokenMs !== undefined)
      this.#firstToken.observe(values, llm.timeToFirstTokenMs / 1_000, traceId);
    if (llm.timePerOutputTokenMs !== undefined)
      this.#perToken.observe(values, llm.timePerOutputTokenMs / 1_000, traceId);
  }
}

function valuesOf({ endpoint = '' }: RequestRecord, llm: LlmRecord): (string | undefined)[] {
  const [, address = endpoint, port = ''] = /^(.*?)(?::(\d+))?$/.exec(endpoint) ?? [];
  return [llm.operation, llm.provider, llm.requestModel, llm.responseModel, address, port];
}
