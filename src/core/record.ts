/**
 * What is known of one finished request: the one record that the access log, the metrics and the ledger are made of.
 * Plain data: the data path's thread posts it to the main thread in batches.
 */
import type { BudgetUnit } from './budget/model.ts';
import type { Usage } from './llm/usage.ts';

export interface RequestRecord {
  /** Sorts by time; names the call in the ledger, and for whoever asks about it. */
  id: string;
  /** Unix milliseconds at which the request's head was complete. */
  startedAtMs: number;
  durationMs: number;
  bind: string;
  gateway?: string;
  listener?: string;
  route?: string;
  routeRule?: string;
  backend?: string;
  /** `host:port` of the upstream that answered or was tried last. */
  endpoint?: string;
  sourceAddress: string;
  method: string;
  host: string;
  /** As received, without the query. */
  path: string;
  httpVersion: string;
  status: number;
  protocol: 'http' | 'llm';
  key?: KeyIdentity;
  llm?: LlmRecord;
  /** In order, where a call may have several; its usage and cost are their sum. */
  attempts?: AttemptRecord[];
  /** Why the gateway itself answered: agentgateway's names (`DirectResponse`, `Upstream`, `NotFound`, …). */
  reason?: string;
  error?: string;
  /** One entry per policy decision worth telling, for example `rate limit agentgateway-system/api-key-auth: over`. */
  decisions: string[];
  responseBytes: number;
  /** W3C trace context: the client's, or one of our own where calls are traced. */
  trace?: RecordedTrace;
  /** What it was charged to. */
  budgets?: RecordedCharge[];
  /** Absent: nothing that was said in it is recorded. */
  content?: RecordedContent;
}

/** One request to one provider. */
export interface AttemptRecord {
  /** `namespace/backend/name`, or the backend where its only provider has no name. */
  provider: string;
  model?: string;
  /** Since the call began. */
  startedAfterMs: number;
  durationMs: number;
  /** The provider's; absent when it gave none. */
  status?: number;
  /** `refused`: a status of 400 or more; `abandoned`: the client left. */
  outcome: 'ok' | 'refused' | 'failed' | 'abandoned';
  error?: string;
  /** What is charged for it. */
  usage?: Usage;
  costNano?: number;
  /** For how long it was left out after this attempt. */
  ejectedMs?: number;
}

export interface RecordedTrace {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** Whether the trace is kept somewhere. */
  sampled: boolean;
  /** This call's own, 16 lower-case hex digits; absent where the client's trace is only passed on. */
  spanId?: string;
  parentSpanId?: string;
  /** What the Gateway's tracing policy adds. */
  attributes?: Record<string, string | number | boolean>;
  /** The policy's filter leaves it out. */
  hidden?: boolean;
  /** One for each request that was sent upstream; `at` is its place among the record's attempts. */
  attempts?: { spanId: string; startedAfterMs: number; at: number }[];
}

/** What of the call is recorded beside the ledger, and the object that says so: `HTTPRoute ns/name`. */
export interface RecordedContent {
  prompts: boolean;
  answers: boolean;
  setBy: string;
}

export interface RecordedCharge {
  budget: string;
  group: string;
  unit: BudgetUnit;
  used: number;
  /** Unix seconds; with `windowSeconds` it names the counter. Both are missing in entries of early versions. */
  windowStart?: number;
  /** As the counter's, see `CounterIncrement`. */
  windowSeconds?: number;
}

export interface KeyIdentity {
  id: string;
  /** The VirtualKey's owner, or the first of `user_id`, `user`, `name`, `owner` in the key's metadata. */
  user?: string;
  metadata: Record<string, unknown>;
  /** Team, department, cost centre, …: what reports group by. */
  labels: Record<string, string>;
}

export interface LlmRecord {
  operation: string;
  provider: string;
  requestModel?: string;
  responseModel?: string;
  streaming: boolean;
  maxTokens?: number;
  usage?: Usage;
  /** Nano-dollars; absent when the catalog has no price for the model. */
  costNano?: number;
  timeToFirstTokenMs?: number;
  /** Mean of the tokens after the first. */
  timePerOutputTokenMs?: number;
}
