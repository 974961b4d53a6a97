/**
 * OpenTelemetry's metrics of model calls (semantic conventions for generative AI), under the names that they have in Prometheus
 * and with the buckets that the convention gives. Only calls that a provider was asked for; exemplars name the call's trace.
 */
import type { Registry } from 'prom-client';
import type { ProviderOutcome } from '../core/provider-outcome.ts';
import type { LlmRecord, RequestRecord } from '../core/record.ts';
import { exemplarOf, type HistogramSeries, SeriesHistogram } from './series.ts';
import { labelled, SeriesCache } from './series-cache.ts';

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

const names = [
  'gen_ai_request_model',
  'gen_ai_response_model',
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'server_address',
  'server_port',
];

interface CallSeries {
  input: HistogramSeries;
  output: HistogramSeries;
  firstToken: HistogramSeries;
  perToken: HistogramSeries;
  /** By `error_type`, which is empty for calls that went well. */
  durations: Map<string, HistogramSeries>;
  newDuration(errorType: string): HistogramSeries;
}

export class GenAiMetrics {
  readonly #series: SeriesCache<CallSeries>;

  constructor(registry: Registry, labelValues: number) {
    const histogram = (name: string, help: string, bounds: number[]) =>
      new SeriesHistogram(registry, name, help, bounds);
    const tokens = histogram('gen_ai_client_token_usage', 'Input and output tokens of a call.', tokenBuckets);
    const duration = histogram(
      'gen_ai_server_request_duration_seconds',
      'How long a model call took.',
      durationBuckets,
    );
    const firstToken = histogram(
      'gen_ai_server_time_to_first_token_seconds',
      'Time to the first token of a stream.',
      firstTokenBuckets,
    );
    const perToken = histogram(
      'gen_ai_server_time_per_output_token_seconds',
      'Time per token after the first.',
      perTokenBuckets,
    );
    const make = ([
      request = '',
      response = '',
      operation = '',
      provider = '',
      endpoint = '',
    ]: readonly string[]) => {
      const labels = labelled(names, [request, response, operation, provider, ...addressOf(endpoint)]);
      return {
        input: tokens.series({ ...labels, gen_ai_token_type: 'input' }),
        output: tokens.series({ ...labels, gen_ai_token_type: 'output' }),
        firstToken: firstToken.series(labels),
        perToken: perToken.series(labels),
        durations: new Map<string, HistogramSeries>(),
        newDuration: (errorType: string) => duration.series({ ...labels, error_type: errorType }),
      };
    };
    this.#series = new SeriesCache({ fromCallers: 2, labelValues, most: 1_000, make });
  }

  observe(record: RequestRecord, llm: LlmRecord, outcome: ProviderOutcome): void {
    const { requestModel, responseModel, operation, provider, usage } = llm;
    const series = this.#series.at([requestModel, responseModel, operation, provider, record.endpoint]);
    const traceId = exemplarOf(record);
    const errorType = outcome === 'ok' ? '' : outcome;
    let duration = series.durations.get(errorType);
    if (duration === undefined) {
      duration = series.newDuration(errorType);
      series.durations.set(errorType, duration);
    }
    duration.observe(record.durationMs / 1_000, traceId);
    if (usage !== undefined) {
      series.input.observe(usage.inputTokens, traceId);
      series.output.observe(usage.outputTokens, traceId);
    }
    if (llm.timeToFirstTokenMs !== undefined)
      series.firstToken.observe(llm.timeToFirstTokenMs / 1_000, traceId);
    if (llm.timePerOutputTokenMs !== undefined)
      series.perToken.observe(llm.timePerOutputTokenMs / 1_000, traceId);
  }
}

function addressOf(endpoint: string): [address: string, port: string] {
  const [, address = endpoint, port = ''] = /^(.*?)(?::(\d+))?$/.exec(endpoint) ?? [];
  return [address, port];
}
