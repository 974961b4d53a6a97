/** Whether a failure is tried again at all, for model calls and plain HTTP alike; the pause and the place are the caller's. */
import { holds } from '../core/cel/compile.ts';
import { isRetriable } from '../core/resilience/retry.ts';
import { deposit, withdraw } from '../core/resilience/retry-budget.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { LinkedRetry } from './linked-snapshot.ts';
import type { ResponseHeaders } from './transport.ts';
import { isUpstreamsFailure } from './upstream-failures.ts';

export interface Failure {
  /** The upstream's; absent when it gave no answer that can be used. */
  status?: number;
  headers: ResponseHeaders;
  error?: unknown;
}

/** The rule's retry as far as it is for this call; the call counts for what its backend's retries may be. */
export function retryFor(
  call: Call,
  retry: LinkedRetry | undefined,
  backend: string,
  deps: DataPathDependencies,
): LinkedRetry | undefined {
  if (retry === undefined) return undefined;
  const { retries } = call.snapshot.followed(backend);
  retries.value = deposit(retries.value, deps.nowMs());
  const { precondition } = retry;
  return precondition === undefined || holds(precondition, call.context.variables) ? retry : undefined;
}

/** Never once a byte has reached the client, the call is charged (a guard may keep what it paid for), or nobody waits for it. */
export function mayBeRetried(call: Call, failure: Failure, { policy, condition }: LinkedRetry): boolean {
  if (call.settled || call.outgoing.destroyed || call.outgoing.headersSent) return false;
  const { status, error } = failure;
  if (status === undefined) return isUpstreamsFailure(error);
  const conditionHolds = condition && holds(condition, responseVariables(call, failure));
  return isRetriable({ status, conditionHolds }, policy);
}

/** CEL ints are bigint. */
export function responseVariables(call: Call, { status, headers }: Failure): Record<string, unknown> {
  return { ...call.context.variables, response: { code: BigInt(status ?? 0), headers } };
}

/** False: the backend's calls do not bear another retry now. */
export function takeRetry(call: Call, backend: string, deps: DataPathDependencies): boolean {
  const { retries } = call.snapshot.followed(backend);
  const after = withdraw(retries.value, deps.nowMs());
  if (after === undefined) {
    call.context.decisions.push('retry: not made, too many calls are being retried');
    return false;
  }
  retries.value = after;
  return true;
}
