/** A Gateway's tracing made ready to serve: its expressions compiled. */
import type { CelProgram, CompileExpression } from '../core/cel/compile.ts';
import { holds } from '../core/cel/compile.ts';
import type { GatewayTracing } from '../core/config/tracing.ts';
import type { Call } from './call.ts';

export interface LinkedTracing {
  randomSampling?: CelProgram;
  clientSampling?: CelProgram;
  filter?: CelProgram;
  add: { name: string; program: CelProgram }[];
}

/** What does not compile was refused with the configuration. */
export function linkTracing(tracing: GatewayTracing, compile: CompileExpression): LinkedTracing {
  const program = (source: string | undefined) => {
    const compiled = source === undefined ? undefined : compile(source);
    return compiled?.ok ? compiled.program : undefined;
  };
  const [random, client, filter] = [tracing.randomSampling, tracing.clientSampling, tracing.filter].map(
    program,
  );
  return {
    ...(random && { randomSampling: random }),
    ...(client && { clientSampling: client }),
    ...(filter && { filter }),
    add: tracing.add.flatMap(({ name, expression }) => {
      const compiled = program(expression);
      return compiled === undefined ? [] : [{ name, program: compiled }];
    }),
  };
}

/** The share of calls that an expression lets through; what cannot be evaluated lets none. */
export function shareOf(
  program: CelProgram | undefined,
  fallback: number,
  variables: Record<string, unknown>,
): number {
  if (program === undefined) return fallback;
  try {
    const value = program.evaluate(variables);
    return typeof value === 'boolean' ? Number(value) : Number(value) || 0;
  } catch {
    return 0;
  }
}

/** What the policy adds, and whether the call is told at all: known when it has ended. */
export function finishTrace(call: Call): void {
  const { trace } = call.record;
  const { tracing } = call;
  if (tracing === undefined || trace === undefined || !trace.sampled) return;
  // CEL ints are bigint.
  const variables = { ...call.context.variables, response: { code: BigInt(call.record.status) } };
  if (tracing.filter !== undefined && !holds(tracing.filter, variables)) trace.hidden = true;
  for (const { name, program } of tracing.add) {
    const value = attributeOf(program, variables);
    if (value !== undefined) trace.attributes = { ...trace.attributes, [name]: value };
  }
}

/** An attribute whose expression fails is left out. */
function attributeOf(
  program: CelProgram,
  variables: Record<string, unknown>,
): string | number | boolean | undefined {
  try {
    const value = program.evaluate(variables);
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string') return value.slice(0, 4_096);
    return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  } catch {
    return undefined;
  }
}
