/** `traffic.authorization`: CEL rules over who calls what. Rules of all attached policies count together. */
import { type CelProgram, type CompileExpression, compileExpression, holds } from '../cel/compile.ts';
import type { AuthorizationPolicy } from '../config/snapshot.ts';
import { type CompiledPolicy, noOperations } from './policy.ts';

/**
 * Denied when any Deny expression holds, or any Require expression does not, or there are Allow expressions and none holds.
 * A Deny or Require expression that cannot be evaluated denies: nothing opens by an error.
 */
export function compileAuthorization(
  specs: readonly AuthorizationPolicy[],
  compile: CompileExpression = compileExpression,
): CompiledPolicy {
  const programs = (action: AuthorizationPolicy['action']) =>
    specs
      .filter((spec) => spec.action === action)
      .flatMap((spec) => spec.expressions.map((e) => programOf(e, compile)));
  const [allow, deny, require] = [programs('Allow'), programs('Deny'), programs('Require')];
  return {
    phase: 'request',
    plan: () => noOperations,
    apply({ variables }) {
      const denied =
        deny.some((program) => !isFalse(program, variables)) ||
        require.some((program) => program === undefined || !holds(program, variables)) ||
        (allow.length > 0 && !allow.some((program) => program !== undefined && holds(program, variables)));
      return denied ? { code: 'authorization_denied' } : undefined;
    },
  };
}

/** An expression that does not compile was reported in status; here it stands as one that never holds. */
function programOf(expression: string, compile: CompileExpression): CelProgram | undefined {
  const compiled = compile(expression);
  return compiled.ok ? compiled.program : undefined;
}

function isFalse(program: CelProgram | undefined, variables: Record<string, unknown>): boolean {
  if (program === undefined) return false;
  try {
    return program.evaluate(variables) === false;
  } catch {
    return false;
  }
}
