/** `traffic.rateLimit.local`: token buckets of this process, shared by all callers unless `key` tells them apart. */
import { asText, type CelProgram, type CompileExpression, compileExpression } from '../cel/compile.ts';
import type { Conditional, LocalLimit } from '../config/snapshot.ts';
import { totalTokens } from '../llm/usage.ts';
import { compileConditional } from './conditional.ts';
import { type CompiledPolicy, mostConstrained, type Operation, type PolicyContext } from './policy.ts';

interface CompiledLocal {
  limit: LocalLimit;
  key: CelProgram | undefined;
}

/** `Requests` take one on the way in; `Tokens` need at least one left and take what was used at settlement. */
export function compileLocalRateLimit(
  spec: Conditional<LocalLimit[]>,
  compile: CompileExpression = compileExpression,
): CompiledPolicy {
  const conditional = compileConditional(spec, compile, (limits) =>
    limits.map((limit) => compileLocal(limit, compile)),
  );
  return {
    phase: 'request',
    plan(context) {
      const limits = conditional.choose(context.variables) ?? [];
      try {
        return {
          operations: limits.map((limit) => take(limit, context, 1, limit.limit.counts === 'Tokens')),
        };
      } catch (error) {
        return {
          refusal: {
            code: 'rate_limit_unavailable',
            cause: `local limit of ${spec.policy}: ${(error as Error).message}`,
          },
        };
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
      const limits = conditional.choose(context.variables) ?? [];
      return limits
        .filter(({ limit }) => limit.counts === 'Tokens')
        .map((limit) => take(limit, context, totalTokens(usage), false));
    },
  };
}

function compileLocal(limit: LocalLimit, compile: CompileExpression): CompiledLocal {
  if (limit.keyExpression === undefined) return { limit, key: undefined };
  const compiled = compile(limit.keyExpression);
  return { limit, key: compiled.ok ? compiled.program : undefined };
}

function take(
  { limit, key }: CompiledLocal,
  context: PolicyContext,
  amount: number,
  check: boolean,
): Operation {
  const bucket = key === undefined ? limit.bucket : `${limit.bucket}/${asText(key, context.variables)}`;
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
