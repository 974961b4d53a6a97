/** `conditional[]`: the first entry whose condition holds; one without a condition always does. */
import { type CelProgram, type CompileExpression, holds } from '../cel/compile.ts';
import type { Conditional } from '../config/snapshot.ts';

export interface CompiledConditional<T> {
  choose(variables: Record<string, unknown>): T | undefined;
}

/** A condition that does not compile never holds; the configuration compiler has refused what it guards by then. */
export function compileConditional<S, T>(
  spec: Conditional<S>,
  compile: CompileExpression,
  value: (spec: S) => T,
): CompiledConditional<T> {
  const entries = spec.entries.map((entry) => ({
    condition: entry.condition === undefined ? true : programOf(entry.condition, compile),
    value: value(entry.value),
  }));
  return {
    choose: (variables) =>
      entries.find(({ condition }) =>
        typeof condition === 'boolean' ? condition : condition !== undefined && holds(condition, variables),
      )?.value,
  };
}

function programOf(source: string, compile: CompileExpression): CelProgram | undefined {
  const compiled = compile(source);
  return compiled.ok ? compiled.program : undefined;
}
