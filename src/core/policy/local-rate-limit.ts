/** `traffic.rateLimit.local`: token buckets of this process, shared by all callers unless `key` tells them apart. */
import { asText, type CelProgram, type CompileExpression, compileExpression } from '../cel/compile.ts';
import type { Conditional, LocalLimit } from '../config/snapshot.ts';
import { totalTokens } from '../llm/usage.ts';
import { compileConditional } from './conditional.ts';
import {
  type CompiledPolicy,
  mostConstrained,
  noOperations,
  type Operation,
  type PolicyContext,
} from './policy.ts';

interface CompiledLocal {
  limit: LocalLimit;
  key: CelProgram | undefined;
}

/** A limit with the bucket that it takes from for one request. */
interface Bucket {
  limit: LocalLimit;
  bucket: string;
}

/** `Requests` take one on the way in; `Tokens` need at least one left and take what was used at settlement. */
export function compileLocalRateLimit(
  spec: Conditional<LocalLimit[]>,
  compile: CompileExpression = compileExpression,
): CompiledPolicy {
  const conditional = compileConditional(spec, compile, (limits) =>
    limits.map((limit) => compileLocal(limit, compile)),
  );
  // What a request is charged to at its end is what it was checked against, whatever its variables say by then.
  const checked = new WeakMap<PolicyContext, Bucket[]>();
  return {
    phase: 'request',
    plan(context) {
      const limits = conditional.chooseOnce(context);
      if (limits === undefined || limits.length === 0) return noOperations;
      try {
        const buckets = limits.map((limit) => bucketOf(limit, context));
        checked.set(context, buckets);
        return { operations: buckets.map((one) => take(one, 1, one.limit.counts === 'Tokens')) };
      } catch (error) {
        const cause = `local limit of ${spec.policy}: ${(error as Error).message}`;
        return { refusal: { code: 'rate_limit_unavailable', cause } };
      }
    },
    apply(context, results) {
      for (const result of results) {
        if (result.kind !== 'take') continue;
        context.limit = mostConstrained(context.limit, result.standing);
        if (result.allowed) continue;
        context.decisions.push(`local rate limit ${spec.policy}: over`);
        const retry = String(Math.max(1, result.standing.resetSeconds));
        return { code: 'local_rate_limited', headers: { 'retry-after': retry } };
      }
      return undefined;
    },
    settle(context, usage) {
      return (checked.get(context) ?? [])
        .filter(({ limit }) => limit.counts === 'Tokens')
        .map((one) => take(one, totalTokens(usage), false));
    },
  };
}

function compileLocal(limit: LocalLimit, compile: CompileExpression): CompiledLocal {
  if (limit.keyExpression === undefined) return { limit, key: undefined };
  const compiled = compile(limit.keyExpression);
  return { limit, key: compiled.ok ? compiled.program : undefined };
}

/** Throws where the key has no value: one bucket for all would be another limit than the one that was written. */
function bucketOf({ limit, key }: CompiledLocal, context: PolicyContext): Bucket {
  if (limit.keyExpression === undefined) return { limit, bucket: limit.bucket };
  if (key === undefined) throw new Error(`key ${limit.keyExpression} does not compile`);
  return { limit, bucket: `${limit.bucket}/${asText(key, context.variables)}` };
}

function take({ limit, bucket }: Bucket, amount: number, check: boolean): Operation {
  return {
    kind: 'take',
    bucket,
    limit: limit.limit,
    burst: limit.burst,
    unitSeconds: limit.unitSeconds,
    amount,
    check,
  };
}
