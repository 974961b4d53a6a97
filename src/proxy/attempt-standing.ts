/** What an attempt means for its provider's standing, and its entry in the call's record. */
import { holds } from '../core/cel/compile.ts';
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import { type Verdict, verdictOf } from '../core/resilience/model.ts';
import { begun, ended, failed, succeeded } from '../core/resilience/provider-health.ts';
import { retryAfterMs } from '../core/resilience/retry-after.ts';
import type { Call } from './call.ts';
import type { Chosen } from './call-targets.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { ExchangeEnd, FailedExchange } from './exchange.ts';
import { responseVariables } from './retry-rules.ts';
import { isUpstreamsFailure } from './upstream-failures.ts';

/** What a provider is about to be asked. */
export interface Attempt {
  chosen: Chosen;
  upstream: UpstreamCall;
}

export function beginAttempt(
  call: Call,
  { chosen: { target, followed }, upstream }: Attempt,
  deps: DataPathDependencies,
): void {
  if (followed !== undefined) followed.standing.value = begun(followed.standing.value);
  call.attempt = {
    provider: target.name,
    ...(upstream.requestModel !== undefined && { model: upstream.requestModel }),
    startedAfterMs: deps.nowMs() - call.record.startedAtMs,
    durationMs: 0,
    outcome: 'ok',
  };
  call.record.attempts ??= [];
  call.record.attempts.push(call.attempt);
}

export function endAttempt(call: Call, attempt: Attempt, end: ExchangeEnd, deps: DataPathDependencies): void {
  const entry = call.attempt!;
  const nowMs = deps.nowMs();
  entry.durationMs = nowMs - call.record.startedAtMs - entry.startedAfterMs;
  if ('failure' in end) describeFailure(call, end.failure);
  const { followed } = attempt.chosen;
  if (followed === undefined) return;
  const { standing, policy } = followed;
  const before = standing.value;
  const verdict = 'failure' in end ? verdictOn(call, attempt, end.failure) : verdicts[end.end];
  if (verdict === 'none') standing.value = ended(before);
  else if (verdict === 'success' && 'headMs' in end) standing.value = succeeded(before, end.headMs, nowMs);
  else if (verdict === 'success') standing.value = ended(before);
  else {
    const wait = 'failure' in end ? retryAfterMs(end.failure.headers, nowMs) : undefined;
    standing.value = failed(before, policy, wait, nowMs);
  }
  const { ejectedUntilMs } = standing.value;
  if (ejectedUntilMs > before.ejectedUntilMs) entry.ejectedMs = ejectedUntilMs - nowMs;
}

const verdicts: Record<'complete' | 'broken' | 'aborted', Verdict> = {
  complete: 'success',
  broken: 'failure',
  aborted: 'none',
};

function verdictOn(call: Call, { chosen }: Attempt, failure: FailedExchange): Verdict {
  const { status, error } = failure;
  if (status === undefined) return isUpstreamsFailure(error) ? 'failure' : 'none';
  const unhealthy = chosen.followed?.unhealthy;
  if (unhealthy === undefined) return verdictOf(status);
  return holds(unhealthy, responseVariables(call, failure)) ? 'failure' : 'none';
}

function describeFailure(call: Call, { status, error }: FailedExchange): void {
  const entry = call.attempt!;
  // Of a stream that began with an error it is what the error means: its head said 200.
  if (status !== undefined) entry.status = status;
  entry.outcome = status !== undefined ? 'refused' : call.outgoing.destroyed ? 'abandoned' : 'failed';
  if (error instanceof Error) entry.error = error.message;
}
