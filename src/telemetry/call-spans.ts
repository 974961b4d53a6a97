/** The spans of one call: its own, and one for each request that was sent upstream. */
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
  if (trace?.spanId === undefined || !trace.sampled) return [];
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
    attributes: callAttributes(record),
    events: firstToken === undefined ? [] : [{ name: 'gen_ai.first_token', atMs: startedAtMs + firstToken }],
    ...(failed && { error: record.error ?? `answered ${status}` }),
  };
}

/** Which attempts there were and when they began is known of each; the last one ended with the call. */
function attemptSpans(record: RequestRecord, trace: RecordedTrace, parentSpanId: string): CallSpan[] {
  const { attempts = [] } = trace;
  const [address, port] = splitAddress(record.endpoint ?? '');
  return attempts.map(({ spanId, startedAfterMs }, at) => {
    const isLast = at === attempts.length - 1;
    const outcome = isLast ? errorType(record) : 'retried';
    return {
      name: nameOf(record),
      kind: 'client',
      traceId: trace.traceId,
      spanId,
      parentSpanId,
      startMs: record.startedAtMs + startedAfterMs,
      endMs: record.startedAtMs + (attempts[at + 1]?.startedAfterMs ?? record.durationMs),
      attributes: defined({
        'http.request.method': record.method,
        'server.address': isLast ? address : undefined,
        'server.port': isLast ? port : undefined,
        'http.response.status_code': isLast && record.status !== 0 ? record.status : undefined,
        'http.request.resend_count': at === 0 ? undefined : at,
        'error.type': outcome,
        'gen_ai.operation.name': record.llm?.operation,
        'gen_ai.provider.name': record.llm?.provider,
        'gen_ai.request.model': record.llm?.requestModel,
        'gen_ai.response.model': isLast ? record.llm?.responseModel : undefined,
        'gen_ai.usage.input_tokens': isLast ? record.llm?.usage?.inputTokens : undefined,
        'gen_ai.usage.output_tokens': isLast ? record.llm?.usage?.outputTokens : undefined,
      }),
      events: [],
      ...(outcome !== undefined && { error: isLast ? (record.error ?? outcome) : outcome }),
    };
  });
}

/** As the conventions ask: `chat claude-sonnet-5`; the route of a plain HTTP call. */
function nameOf({ llm, method, route }: RequestRecord): string {
  if (llm !== undefined) return [llm.operation, llm.requestModel].filter(Boolean).join(' ');
  return route === undefined ? method : `${method} ${route}`;
}
