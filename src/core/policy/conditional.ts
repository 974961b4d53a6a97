/** `conditional[]`: the first entry whose condition holds; one without a condition always does. */
import { type CelProgram, type CompileExpression, holds } from '../cel/compile.ts';
import type { Conditional } from '../config/snapshot.ts';

export interface CompiledConditional<T> {
  choose(variables: Record<string, unknown>): T | undefined;
  /**
   * The same for the whole life of a request: what was checked on the way in is what is charged at its end, though the variables
   * have changed by then.
   */
  chooseOnce(context: { variables: Record<string, unknown> }): T | undefined;
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
  const choose = (variables: Record<string, unknown>) =>
    entries.find(({ condition }) =>
      typeof condition === 'boolean' ? condition : condition !== undefined && holds(condition, variables),
    )?.value;
  const chosen = new WeakMap<object, { value: T | undefined }>();
  return {
    choose,
    chooseOnce: (context) => {
      let choice = chosen.get(context);
      if (choice === undefined) {
        choice = { value: choose(context.variables) };
        chosen.set(context, choice);
      }
      return choice.value;
    },
  };
}

function programOf(source: string, compile: CompileExpression): CelProgram | undefined {
  const compiled = compile(source);
  return compiled.ok ? compiled.program : undefined;
}
