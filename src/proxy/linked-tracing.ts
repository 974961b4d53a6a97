/** A Gateway's tracing made ready to serve: its expressions compiled. */
import type { CelProgram, CompileExpression } from '../core/cel/compile.ts';
import type { GatewayTracing } from '../core/config/gateway-tracing.ts';

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
