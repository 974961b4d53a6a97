/** A call's place in its trace: taken from the client, told to the upstream. Calls without one cost a look at a header. */
import { isSampled, isWithin, type TraceSampler } from '../core/trace/sampler.ts';
import {
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseTraceparent,
  type TraceParent,
} from '../core/trace/traceparent.ts';
import type { Call } from './call.ts';
import { type LinkedTracing, shareOf } from './linked-tracing.ts';

/**
 * By the policy of the call's Gateway, else by the process's sampler. Without either nothing is traced here, and the client's
 * trace is only named in the record.
 */
export function beginTrace(call: Call, sampler: TraceSampler | undefined, random: () => number): void {
  const header = call.target.headers['traceparent'];
  const tracing = call.snapshot.tracing(call.record.gateway);
  if (header === undefined && sampler === undefined && tracing === undefined) return;
  const parent = parseTraceparent(header);
  if (sampler === undefined && tracing === undefined) {
    if (parent !== undefined) call.record.trace = { traceId: parent.traceId, sampled: parent.sampled };
    return;
  }
  const traceId = parent?.traceId ?? newTraceId(random);
  call.tracing = tracing;
  call.record.trace = {
    traceId,
    spanId: newSpanId(random),
    ...(parent && { parentSpanId: parent.spanId }),
    sampled:
      tracing === undefined
        ? isSampled(sampler!, traceId, parent)
        : isSampledBy(tracing, call.context.variables, traceId, parent),
  };
}

function isSampledBy(
  { clientSampling, randomSampling }: LinkedTracing,
  variables: Record<string, unknown>,
  traceId: string,
  parent: TraceParent | undefined,
): boolean {
  if (parent === undefined) return isWithin(shareOf(randomSampling, 0, variables), traceId);
  return parent.sampled && isWithin(shareOf(clientSampling, 1, variables), traceId);
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
