/** Executes what policies planned: key look-ups, rate limit calls, local buckets. */
import { hash } from 'node:crypto';
import type { RateLimitTarget } from '../core/config/snapshot.ts';
import type { Refusal } from '../core/errors.ts';
import type { CompiledPolicy, Operation, OperationResult, PolicyContext } from '../core/policy/policy.ts';
import type { RateLimitRequest, RateLimitService } from '../core/ratelimit/model.ts';
import type { Accounts } from '../storage/accounts.ts';
import type { Buckets } from '../storage/buckets.ts';
import type { Passes } from '../storage/passes.ts';
import type { LinkedSnapshot } from './linked-snapshot.ts';
import { reserve, type Waiting } from './reserve.ts';

export interface OperationDependencies {
  rateLimitServiceFor(target: RateLimitTarget): RateLimitService;
  /** Takes over a charge that could not be delivered now. */
  chargeUndelivered(target: RateLimitTarget, request: RateLimitRequest, reason: string): void;
  buckets: Buckets;
  accounts: Accounts;
  /** Absent: there are none. */
  passes?: Passes;
  sleep(ms: number): Promise<void>;
  nowMs(): number;
}

/** Runs policies in order; the first refusal ends it. Stays synchronous in effect while all operations are. */
export async function runPolicies(
  policies: readonly CompiledPolicy[],
  context: PolicyContext,
  snapshot: LinkedSnapshot,
  deps: OperationDependencies,
  waiting: Waiting = {},
): Promise<Refusal | undefined> {
  for (const policy of policies) {
    const plan = policy.plan(context);
    if ('refusal' in plan) return plan.refusal;
    const results: OperationResult[] = [];
    for (const operation of plan.operations) {
      const result = execute(operation, snapshot, deps, waiting);
      results.push(result instanceof Promise ? await result : result);
    }
    const refusal = policy.apply(context, results);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function execute(
  operation: Operation,
  snapshot: LinkedSnapshot,
  deps: OperationDependencies,
  waiting: Waiting = {},
): OperationResult | Promise<OperationResult> {
  switch (operation.kind) {
    case 'find-key':
      return { kind: 'find-key', key: findKey(operation.keySets, operation.value, snapshot, deps) };
    case 'take':
      return { kind: 'take', ...deps.buckets.take(operation, deps.nowMs() / 1000) };
    case 'rate-limit':
      return callRateLimit(operation.target, operation.request, deps);
    case 'reserve':
      return reserve(operation, deps, waiting);
    case 'settle':
      // Settled by `settle`, in one step with the ledger entry.
      return { kind: 'settle' };
  }
}

/** A pass stands for its key: whether that opens these sets, and what it may do, is the key's own. */
function findKey(
  keySets: readonly string[],
  value: string,
  snapshot: LinkedSnapshot,
  { passes }: OperationDependencies,
) {
  const sha256 = hash('sha256', value);
  return snapshot.findKey(keySets, passes?.take(sha256) ?? sha256);
}

function callRateLimit(
  target: RateLimitTarget,
  request: RateLimitRequest,
  deps: OperationDependencies,
): OperationResult | Promise<OperationResult> {
  try {
    const answer = deps.rateLimitServiceFor(target).shouldRateLimit(request);
    if (!(answer instanceof Promise)) return { kind: 'rate-limit', response: answer };
    return answer.then(
      (response) => ({ kind: 'rate-limit', response }) as const,
      (error) => ({ kind: 'rate-limit', failed: messageOf(error) }) as const,
    );
  } catch (error) {
    return { kind: 'rate-limit', failed: messageOf(error) };
  }
}

/** Counts what was used. Never waits and never throws: what can't be delivered is handed to `chargeUndelivered`. */
export function charge(
  operations: readonly Operation[],
  snapshot: LinkedSnapshot,
  deps: OperationDependencies,
): void {
  for (const operation of operations) {
    const result = execute(operation, snapshot, deps);
    if (operation.kind !== 'rate-limit') continue;
    const keep = (outcome: OperationResult) => {
      if (outcome.kind === 'rate-limit' && outcome.failed !== undefined) {
        deps.chargeUndelivered(operation.target, operation.request, outcome.failed);
      }
    };
    if (result instanceof Promise) void result.then(keep);
    else keep(result);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
