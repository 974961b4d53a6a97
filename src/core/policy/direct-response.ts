/** `traffic.directResponse`: answered by the gateway itself, without a backend. */
import { type CompileExpression, compileExpression } from '../cel/compile.ts';
import type { Conditional } from '../config/snapshot.ts';
import { compileConditional } from './conditional.ts';
import { type CompiledPolicy, noOperations } from './policy.ts';

export function compileDirectResponse(
  spec: Conditional<{ status: number; body?: string }>,
  compile: CompileExpression = compileExpression,
): CompiledPolicy {
  const conditional = compileConditional(spec, compile, (value) => value);
  return {
    phase: 'request',
    plan(context) {
      const response = conditional.choose(context.variables);
      if (response === undefined) return noOperations;
      return { refusal: { code: 'direct_response', status: response.status, detail: response.body } };
    },
    apply: () => undefined,
  };
}
