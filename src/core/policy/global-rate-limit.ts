/**
 * `traffic.rateLimit.global`: Envoy's protocol. `Requests` descriptors are counted on the head; `Tokens` descriptors are
 * checked with 0 hits after translation and charged with the actual amount at settlement (soft: the crossing call completes).
 */
import { asText, type CelProgram, type CompileExpression, compileExpression } from '../cel/compile.ts';
import type { Conditional, GlobalLimit, LimitDescriptor } from '../config/snapshot.ts';
import type { Refusal } from '../errors.ts';
import { totalTokens, type Usage } from '../llm/usage.ts';
import type { LimitUnit, RateLimitDescriptor, RateLimitResponse } from '../ratelimit/model.ts';
import { parseUnit } from '../ratelimit/units.ts';
import { compileConditional } from './conditional.ts';
import {
  type CompiledPolicy,
  mostConstrained,
  noOperations,
  type Operation,
  type PolicyContext,
} from './policy.ts';

interface CompiledDescriptor {
  entries: { key: string; program: CelProgram | undefined }[];
  cost: CelProgram | undefined;
  /** Undefined where the limit has none; without a program where it does not compile. */
  override: { program: CelProgram | undefined } | undefined;
}
interface CompiledLimit {
  spec: GlobalLimit;
  descriptors: CompiledDescriptor[];
}

/** One compiled policy per phase that has descriptors. */
export function compileGlobalRateLimit(
  spec: Conditional<GlobalLimit>,
  compile: CompileExpression = compileExpression,
): CompiledPolicy[] {
  const counts = new Set(spec.entries.flatMap((entry) => entry.value.descriptors.map((d) => d.counts)));
  const policies: CompiledPolicy[] = [];
  if (counts.has('Requests')) policies.push(compilePhase(spec, 'Requests', compile));
  if (counts.has('Tokens')) policies.push(compilePhase(spec, 'Tokens', compile));
  return policies;
}

function compilePhase(
  spec: Conditional<GlobalLimit>,
  counts: LimitDescriptor['counts'],
  compile: CompileExpression,
): CompiledPolicy {
  const conditional = compileConditional(spec, compile, (limit) => compileLimit(limit, counts, compile));
  const hits = counts === 'Tokens' ? 0 : undefined;
  // What was checked on the way in is what is charged at the end, though the variables have changed by then.
  const checked = new WeakMap<PolicyContext, RateLimitDescriptor[]>();
  const policy: CompiledPolicy = {
    phase: counts === 'Tokens' ? 'llm' : 'request',
    plan(context) {
      const limit = conditional.chooseOnce(context);
      if (limit === undefined || limit.descriptors.length === 0) return noOperations;
      try {
        const descriptors = limit.descriptors.map((descriptor) => evaluate(descriptor, context, hits));
        checked.set(context, descriptors);
        return { operations: [operationOf(limit, descriptors)] };
      } catch (error) {
        // Dropping a descriptor that can't be evaluated would lift its limit.
        const cause = `descriptor of ${spec.policy}: ${(error as Error).message}`;
        return { refusal: { code: 'rate_limit_unavailable', cause } };
      }
    },
    apply(context, [result]) {
      if (result?.kind !== 'rate-limit') return undefined;
      if (result.response === undefined)
        return onFailure(conditional.chooseOnce(context), context, result.failed, spec.policy);
      return decide(result.response, context, spec.policy);
    },
  };
  if (counts === 'Tokens') {
    policy.settle = (context, usage) => {
      const limit = conditional.chooseOnce(context);
      const descriptors = checked.get(context);
      if (limit === undefined || descriptors === undefined) return [];
      return charge(limit, descriptors, context, usage);
    };
  }
  return policy;
}

function operationOf({ spec }: CompiledLimit, descriptors: RateLimitDescriptor[]): Operation {
  return { kind: 'rate-limit', target: spec.service, request: { domain: spec.domain, descriptors } };
}

function compileLimit(
  spec: GlobalLimit,
  counts: LimitDescriptor['counts'],
  compile: CompileExpression,
): CompiledLimit {
  const program = (source: string | undefined) => {
    if (source === undefined) return undefined;
    const compiled = compile(source);
    return compiled.ok ? compiled.program : undefined;
  };
  const descriptors = spec.descriptors
    .filter((descriptor) => descriptor.counts === counts)
    .map((descriptor) => ({
      entries: descriptor.entries.map((entry) => ({ key: entry.name, program: program(entry.expression) })),
      cost: program(descriptor.costExpression),
      override:
        descriptor.limitOverrideExpression === undefined
          ? undefined
          : { program: program(descriptor.limitOverrideExpression) },
    }));
  return { spec, descriptors };
}

function evaluate(
  descriptor: CompiledDescriptor,
  context: PolicyContext,
  hits: number | undefined,
): RateLimitDescriptor {
  const entries = descriptor.entries.map(({ key, program }) => {
    if (program === undefined) throw new Error(`expression of ${key} does not compile`);
    return { key, value: asText(program, context.variables) };
  });
  const override = descriptor.override && overrideOf(descriptor.override.program, context);
  return {
    entries,
    ...(hits === undefined ? {} : { hitsAddend: hits }),
    ...(override === undefined ? {} : { limitOverride: override }),
  };
}

function overrideOf(
  program: CelProgram | undefined,
  context: PolicyContext,
): { requestsPerUnit: number; unit: LimitUnit } {
  if (program === undefined) throw new Error('limitOverride does not compile');
  const value = program.evaluate(context.variables);
  const read = (name: string) =>
    value instanceof Map ? value.get(name) : (value as Record<string, unknown> | null)?.[name];
  const unit = parseUnit(String(read('unit') ?? ''));
  const requestsPerUnit = Number(read('requestsPerUnit'));
  if (unit === undefined || !Number.isInteger(requestsPerUnit) || !isUint32(requestsPerUnit)) {
    throw new Error('limitOverride must be {unit, requestsPerUnit}');
  }
  return { requestsPerUnit, unit };
}

function isUint32(value: number): boolean {
  return value >= 0 && value <= 4_294_967_295;
}

function decide(response: RateLimitResponse, context: PolicyContext, policy: string): Refusal | undefined {
  for (const status of response.statuses) {
    if (status.currentLimit === undefined) continue;
    context.limit = mostConstrained(context.limit, {
      limit: status.currentLimit.requestsPerUnit,
      remaining: status.limitRemaining,
      resetSeconds: status.durationUntilResetSeconds ?? 0,
    });
  }
  if (response.overallCode === 'OK') return undefined;
  context.decisions.push(`rate limit ${policy}: over`);
  const over = response.statuses.find((status) => status.code === 'OVER_LIMIT');
  const headers: Record<string, string> = { 'retry-after': String(over?.durationUntilResetSeconds ?? 1) };
  for (const { key, value } of response.responseHeadersToAdd) headers[key.toLowerCase()] = value;
  return { code: 'rate_limited', headers };
}

function onFailure(
  limit: CompiledLimit | undefined,
  context: PolicyContext,
  reason: string | undefined,
  policy: string,
): Refusal | undefined {
  const cause = `rate limit ${policy}: ${reason ?? 'no answer'}`;
  context.decisions.push(cause);
  return limit?.spec.failureMode === 'FailOpen' ? undefined : { code: 'rate_limit_unavailable', cause };
}

/** Descriptors without a cost count the call's tokens, cached input included. */
function charge(
  limit: CompiledLimit,
  descriptors: readonly RateLimitDescriptor[],
  context: PolicyContext,
  usage: Usage,
): Operation[] {
  const charged = limit.descriptors.flatMap((descriptor, at) => {
    const hitsAddend = amountOf(descriptor, context, usage);
    return hitsAddend > 0 ? [{ ...descriptors[at]!, hitsAddend }] : [];
  });
  return charged.length === 0 ? [] : [operationOf(limit, charged)];
}

/** A cost must be a whole number from 0; where it can't be had, the tokens are charged: nothing used is free. */
function amountOf(descriptor: CompiledDescriptor, context: PolicyContext, usage: Usage): number {
  if (descriptor.cost !== undefined) {
    try {
      const cost = Number(descriptor.cost.evaluate(context.variables));
      if (Number.isSafeInteger(cost) && cost >= 0) return cost;
    } catch {
      context.decisions.push('rate limit cost could not be evaluated: tokens charged');
    }
  }
  return totalTokens(usage);
}
