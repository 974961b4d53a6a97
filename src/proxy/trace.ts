/** A call's place in its trace: taken from the client, told to the upstream. Calls without one cost a look at a header. */
import { isSampled, type TraceSampler } from '../core/trace/sampler.ts';
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from '../core/trace/traceparent.ts';
import type { Call } from './call.ts';

/** Without a sampler nothing is traced here, and the client's trace is only named in the record. */
export function beginTrace(call: Call, sampler: TraceSampler | undefined, random: () => number): void {
  const header = call.target.headers['traceparent'];
  if (header === undefined && sampler === undefined) return;
  const parent = parseTraceparent(header);
  if (sampler === undefined) {
    if (parent !== undefined) call.record.trace = { traceId: parent.traceId, sampled: parent.sampled };
    return;
  }
  const traceId = parent?.traceId ?? newTraceId(random);
  call.record.trace = {
    traceId,
    spanId: newSpanId(random),
    ...(parent && { parentSpanId: parent.spanId }),
    sampled: isSampled(sampler, traceId, parent),
  };
}

/** `headers`, with the trace that this attempt is part of; the same object for calls that have none. */
export function withTrace(
  call: Call,
  headers: Record<string, string>,
  nowMs: number,
  random: () => number,
): Record<string, string> {
  const { trace } = call.record;
  if (trace === undefined) return headers;
  const { traceparent, tracestate } = call.target.headers;
  const traced: Record<string, string> = { ...headers };
  // It belongs to the client's trace: to one that begins here it says nothing.
  delete traced['tracestate'];
  const continued = trace.spanId === undefined || trace.parentSpanId !== undefined;
  if (continued && tracestate !== undefined) traced['tracestate'] = tracestate;
  if (trace.spanId === undefined) {
    traced['traceparent'] = traceparent!;
    return traced;
  }
  const spanId = newSpanId(random);
  trace.attempts ??= [];
  const at = (call.record.attempts?.length ?? 1) - 1;
  trace.attempts.push({ spanId, startedAfterMs: nowMs - call.record.startedAtMs, at });
  traced['traceparent'] = formatTraceparent({ traceId: trace.traceId, spanId, sampled: trace.sampled });
  return traced;
}
