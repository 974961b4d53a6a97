/** The metrics that agentgateway has, under its names, with a label per user: its dashboards work. */
import type { Registry } from 'prom-client';
import type { LlmRecord, RequestRecord } from '../core/record.ts';
import {
  type CounterSeries,
  exemplarOf,
  type HistogramSeries,
  SeriesCounter,
  SeriesHistogram,
} from './series.ts';
import { labelled, SeriesCache } from './series-cache.ts';
import { type TokenKind, tokenKinds } from './token-kinds.ts';

const tokenBuckets = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];
const secondBuckets = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const routeLabels = ['bind', 'gateway', 'listener', 'route', 'route_rule'];
const requestLabels = ['backend', 'protocol', 'method', 'status', 'reason', ...routeLabels];
const llmLabels = [
  'user',
  'gen_ai_request_model',
  'gen_ai_response_model',
  'gen_ai_operation_name',
  'gen_ai_system',
  ...routeLabels,
];
const nanoPerUsd = 1e9;
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

interface RequestSeries {
  requests: CounterSeries;
  duration: HistogramSeries;
}
interface LlmSeries {
  tokens: Record<TokenKind, HistogramSeries>;
  duration: HistogramSeries;
  firstToken: HistogramSeries;
  perToken: HistogramSeries;
  cost: CounterSeries;
}

export class AgentgatewayMetrics {
  readonly #requests: SeriesCache<RequestSeries>;
  readonly #calls: SeriesCache<LlmSeries>;

  constructor(registry: Registry, labelValues: number) {
    const bounds = { labelValues, most: 1_000 };
    this.#requests = new SeriesCache({ ...bounds, fromCallers: 0, make: makeRequests(registry) });
    this.#calls = new SeriesCache({ ...bounds, fromCallers: 3, make: makeCalls(registry) });
  }

  observe(record: RequestRecord): void {
    const { backend, protocol, status, reason, bind, gateway, listener, route, routeRule, llm } = record;
    const method = knownMethods.has(record.method) ? record.method : 'other';
    // All of these are names from the configuration: a request can't make new ones.
    const place = [bind, gateway, listener, route, routeRule];
    const series = this.#requests.at([backend, protocol, method, String(status), reason, ...place]);
    series.requests.add(1);
    series.duration.observe(record.durationMs / 1_000, exemplarOf(record));
    if (llm !== undefined) this.#observeLlm(record, llm, place);
  }

  #observeLlm({ key, durationMs }: RequestRecord, llm: LlmRecord, place: (string | undefined)[]): void {
    const { requestModel, responseModel, operation, provider } = llm;
    const series = this.#calls.at([key?.user, requestModel, responseModel, operation, provider, ...place]);
    for (const [kind, amount] of tokenKinds(llm.usage)) series.tokens[kind].observe(amount);
    if (llm.costNano !== undefined) series.cost.add(llm.costNano / nanoPerUsd);
    series.duration.observe(durationMs / 1_000);
    if (llm.timeToFirstTokenMs !== undefined) series.firstToken.observe(llm.timeToFirstTokenMs / 1_000);
    if (llm.timePerOutputTokenMs !== undefined) series.perToken.observe(llm.timePerOutputTokenMs / 1_000);
  }
}

function makeRequests(registry: Registry): (values: readonly string[]) => RequestSeries {
  const requests = new SeriesCounter(registry, 'agentgateway_requests_total', 'Requests answered.');
  const duration = new SeriesHistogram(
    registry,
    'agentgateway_request_duration_seconds',
    'From the head of the request to the end of the answer.',
    secondBuckets,
  );
  return (values) => {
    const labels = labelled(requestLabels, values);
    return { requests: requests.series(labels), duration: duration.series(labels) };
  };
}

function makeCalls(registry: Registry): (values: readonly string[]) => LlmSeries {
  const seconds = (name: string, help: string) =>
    new SeriesHistogram(registry, `agentgateway_gen_ai_server_${name}`, help, secondBuckets);
  const tokens = new SeriesHistogram(
    registry,
    'agentgateway_gen_ai_client_token_usage',
    'Tokens used by a call, by kind.',
    tokenBuckets,
  );
  const cost = new SeriesCounter(
    registry,
    'agentgateway_gen_ai_client_cost_usd_total',
    'US dollars that model calls cost.',
  );
  const duration = seconds('request_duration', 'Duration of a model call.');
  const firstToken = seconds('time_to_first_token', 'Time to the first token of a stream.');
  const perToken = seconds('time_per_output_token', 'Time per token after the first.');
  return (values) => {
    const labels = labelled(llmLabels, values);
    const ofKind = (kind: TokenKind) => tokens.series({ ...labels, gen_ai_token_type: kind });
    return {
      tokens: {
        input: ofKind('input'),
        output: ofKind('output'),
        input_cache_read: ofKind('input_cache_read'),
        input_cache_write: ofKind('input_cache_write'),
      },
      duration: duration.series(labels),
      firstToken: firstToken.series(labels),
      perToken: perToken.series(labels),
      cost: cost.series(labels),
    };
  };
}
