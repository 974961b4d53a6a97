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
  type Plan,
  type PolicyContext,
} from './policy.ts';

interface CompiledDescriptor {
  entries: { key: string; program: CelProgram | undefined }[];
  cost: CelProgram | undefined;
  override: CelProgram | undefined;
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
  const policy: CompiledPolicy = {
    phase: counts === 'Tokens' ? 'llm' : 'request',
    plan(context) {
      const limit = conditional.choose(context.variables);
      return limit === undefined ? noOperations : planCall(limit, context, hits, spec.policy);
    },
    apply(context, [result]) {
      if (result?.kind !== 'rate-limit') return undefined;
      if (result.response === undefined)
        return onFailure(conditional.choose(context.variables), context, result.failed, spec.policy);
      return decide(result.response, context, spec.policy);
    },
  };
  if (counts === 'Tokens') {
    policy.settle = (context, usage) => {
      const limit = conditional.choose(context.variables);
      return limit === undefined ? [] : charge(limit, context, usage);
    };
  }
  return policy;
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
      override: program(descriptor.limitOverrideExpression),
    }));
  return { spec, descriptors };
}

/** A descriptor that cannot be evaluated refuses the call: dropping it would lift the limit. */
function planCall(
  limit: CompiledLimit,
  context: PolicyContext,
  hits: number | undefined,
  policy: string,
): Plan {
  if (limit.descriptors.length === 0) return noOperations;
  try {
    const descriptors = limit.descriptors.map((descriptor) => evaluate(descriptor, context, hits));
    return {
      operations: [
        {
          kind: 'rate-limit',
          target: limit.spec.service,
          request: { domain: limit.spec.domain, descriptors },
        },
      ],
    };
  } catch (error) {
    const cause = `descriptor of ${policy}: ${(error as Error).message}`;
    return { refusal: { code: 'rate_limit_unavailable', cause } };
  }
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
  const override = descriptor.override === undefined ? undefined : overrideOf(descriptor.override, context);
  return {
    entries,
    ...(hits === undefined ? {} : { hitsAddend: hits }),
    ...(override === undefined ? {} : { limitOverride: override }),
  };
}

function overrideOf(
  program: CelProgram,
  context: PolicyContext,
): { requestsPerUnit: number; unit: LimitUnit } {
  const value = program.evaluate(context.variables);
  const read = (name: string) =>
    value instanceof Map ? value.get(name) : (value as Record<string, unknown> | null)?.[name];
  const unit = parseUnit(String(read('unit') ?? ''));
  const requestsPerUnit = Number(read('requestsPerUnit'));
  if (unit === undefined || !Number.isSafeInteger(requestsPerUnit) || requestsPerUnit < 0) {
    throw new Error('limitOverride must be {unit, requestsPerUnit}');
  }
  return { requestsPerUnit, unit };
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
function charge(limit: CompiledLimit, context: PolicyContext, usage: Usage): Operation[] {
  const descriptors = limit.descriptors.flatMap((descriptor) => {
    const amount = amountOf(descriptor, context, usage);
    if (amount <= 0) return [];
    try {
      return [evaluate(descriptor, context, amount)];
    } catch {
      // The expressions were evaluated for the check a moment ago, with the same variables.
      return [];
    }
  });
  if (descriptors.length === 0) return [];
  return [
    { kind: 'rate-limit', target: limit.spec.service, request: { domain: limit.spec.domain, descriptors } },
  ];
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
