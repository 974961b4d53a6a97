/** The spans of one call: its own, and one for each request that was sent upstream. */
import type { Usage } from '../core/llm/usage.ts';
import type { RecordedTrace, RequestRecord } from '../core/record.ts';
import { type Attributes, callAttributes, defined, errorType, splitAddress } from './call-attributes.ts';

export interface CallSpan {
  name: string;
  kind: 'server' | 'client';
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** Unix milliseconds. */
  startMs: number;
  endMs: number;
  attributes: Attributes;
  events: { name: string; atMs: number }[];
  /** Why it failed; absent when it did not. */
  error?: string;
}

/** Parent first; none for calls that are not traced, or not sampled. */
export function spansOf(record: RequestRecord): CallSpan[] {
  const { trace } = record;
  if (trace?.spanId === undefined || !trace.sampled || trace.hidden) return [];
  return [callSpan(record, trace, trace.spanId), ...attemptSpans(record, trace, trace.spanId)];
}

function callSpan(record: RequestRecord, trace: RecordedTrace, spanId: string): CallSpan {
  const { startedAtMs, durationMs, llm, status } = record;
  const failed = status >= 500 || (status < 400 && record.error !== undefined);
  const firstToken = llm?.timeToFirstTokenMs;
  return {
    name: nameOf(record),
    kind: 'server',
    traceId: trace.traceId,
    spanId,
    ...(trace.parentSpanId !== undefined && { parentSpanId: trace.parentSpanId }),
    startMs: startedAtMs,
    endMs: startedAtMs + durationMs,
    attributes: { ...callAttributes(record), ...trace.attributes },
    events: firstToken === undefined ? [] : [{ name: 'gen_ai.first_token', atMs: startedAtMs + firstToken }],
    ...(failed && { error: record.error ?? `answered ${status}` }),
  };
}

/** What is known of one request upstream. */
interface SentAttempt {
  model?: string | undefined;
  provider?: string;
  endMs: number;
  status?: number | undefined;
  usage?: Usage | undefined;
  /** `error.type` and what it says; absent when it went well. */
  errorType?: string | undefined;
  error?: string | undefined;
}

function attemptSpans(record: RequestRecord, trace: RecordedTrace, parentSpanId: string): CallSpan[] {
  const { attempts = [] } = trace;
  const [address, port] = splitAddress(record.endpoint ?? '');
  return attempts.map(({ spanId, startedAfterMs, at }, number) => {
    const isLast = number === attempts.length - 1;
    const sent = sentAttempt(record, at);
    const { model = record.llm?.requestModel, provider, status, usage, errorType: failure } = sent;
    return {
      name: nameOf(record, model),
      kind: 'client',
      traceId: trace.traceId,
      spanId,
      parentSpanId,
      startMs: record.startedAtMs + startedAfterMs,
      endMs: sent.endMs,
      attributes: defined({
        'http.request.method': record.method,
        'http.request.resend_count': number === 0 ? undefined : number,
        'http.response.status_code': status,
        'server.address': isLast ? address : undefined,
        'server.port': isLast ? port : undefined,
        'error.type': failure,
        'gen_ai.operation.name': record.llm?.operation,
        'gen_ai.provider.name': record.llm?.provider,
        'gen_ai.request.model': model,
        'gen_ai.response.model': isLast ? record.llm?.responseModel : undefined,
        'gen_ai.usage.input_tokens': usage?.inputTokens,
        'gen_ai.usage.output_tokens': usage?.outputTokens,
        'tollgate.provider': provider,
      }),
      events: [],
      ...(failure !== undefined && { error: sent.error ?? failure }),
    };
  });
}

/** A call that could have no other attempt has its own outcome; else each has an entry. */
function sentAttempt(record: RequestRecord, at: number): SentAttempt {
  const attempt = record.attempts?.[at];
  const { startedAtMs } = record;
  if (attempt === undefined) {
    return {
      endMs: startedAtMs + record.durationMs,
      status: record.status === 0 ? undefined : record.status,
      usage: record.llm?.usage,
      errorType: errorType(record),
      error: record.error,
    };
  }
  const { model, provider, startedAfterMs, durationMs, status, outcome, usage, error } = attempt;
  return {
    model,
    provider,
    endMs: startedAtMs + startedAfterMs + durationMs,
    status,
    usage: usage ?? (record.attempts!.length === 1 ? record.llm?.usage : undefined),
    errorType: outcome === 'ok' ? undefined : outcome === 'refused' ? String(status) : outcome,
    error,
  };
}

/** As the conventions ask: `chat claude-sonnet-5`; the route of a plain HTTP call. */
function nameOf({ llm, method, route }: RequestRecord, model = llm?.requestModel): string {
  if (llm !== undefined) return [llm.operation, model].filter(Boolean).join(' ');
  return route === undefined ? method : `${method} ${route}`;
}
