/** What a Gateway's policy makes of a traced call at its end. */
import { type CelProgram, holds } from '../core/cel/compile.ts';
import type { Call } from './call.ts';

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
