/** What a failed exchange means: for the client as an answer, for the ledger as an estimate. */
import type { RouteType } from '../core/config/snapshot.ts';
import type { ErrorCode, Refusal } from '../core/errors.ts';
import { GuardFailure, GuardRejection } from '../core/guard/model.ts';
import { ReplyFault, type UpstreamCall } from '../core/llm/translate-contract.ts';
import { noUsage, type Usage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { describeRefusal, refuse } from './refuse.ts';
import { UpstreamFailure, type UpstreamFailureKind } from './transport.ts';

const codes: Record<UpstreamFailureKind, ErrorCode> = {
  unreachable: 'upstream_unreachable',
  closed: 'upstream_unreachable',
  timeout: 'upstream_timeout',
  cut: 'upstream_cut',
  aborted: 'internal_error',
  too_large: 'upstream_invalid',
};

/** What the record says of it: before the call is settled, so that the ledger has it. */
export function describeFailure(call: Call, error: unknown): void {
  if (!call.outgoing.destroyed) describeRefusal(call, refusalOf(error));
  else {
    call.record.status = 499;
    call.record.error = 'the client left before the answer';
  }
}

export function refuseFailure(
  call: Call,
  error: unknown,
  routeType: RouteType,
  deps: DataPathDependencies,
): void {
  if (call.outgoing.destroyed) describeFailure(call, error);
  else refuse(call, refusalOf(error), deps.dialectError, routeType);
}

/** Whether it is the upstream, or the way to it, that failed: not the client, and not a fault of ours. */
export function isUpstreamsFailure(error: unknown): boolean {
  if (error instanceof UpstreamFailure) return error.kind !== 'aborted' && error.kind !== 'too_large';
  return error instanceof ReplyFault;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof GuardRejection) {
    const { statusCode: status, message: detail, reason } = error;
    return { code: 'guard_rejected', status, detail, cause: `${detail} (${reason})` };
  }
  if (error instanceof GuardFailure) {
    const detail = 'a guard of this route can not be asked';
    return { code: 'guard_unavailable', detail, cause: `${detail}: ${error.message}` };
  }
  if (error instanceof UpstreamFailure) {
    return { code: codes[error.kind], detail: error.message, cause: `${error.message}${causeOf(error)}` };
  }
  if (error instanceof ReplyFault) {
    const detail = `the provider's answer can not be read: ${error.message}`;
    return { code: 'upstream_invalid', detail, ...(error.status !== undefined && { status: error.status }) };
  }
  // A fault of ours: the client learns that, the log learns what.
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal_error', cause };
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? ` (${error.cause.message})` : '';
}

/** Output tokens a second that a provider is taken to produce while nobody can see it. */
const assumedTokensPerSecond = 50;

/**
 * A call that never reached the provider used nothing. One that was lost on the way back is charged by estimate: its
 * input, and what a provider would have written in the time, at most `max_tokens`.
 */
export function usageOfLost(error: unknown, upstream: UpstreamCall, elapsedMs: number): Usage {
  if (error instanceof UpstreamFailure && error.kind === 'unreachable') return noUsage;
  if (error instanceof ReplyFault && error.usage !== undefined) return error.usage;
  const written = Math.ceil((elapsedMs / 1000) * assumedTokensPerSecond);
  const outputTokens = Math.min(written, upstream.maxTokens ?? written);
  return { ...noUsage, inputTokens: upstream.estimatedInputTokens, outputTokens, estimated: true };
}
