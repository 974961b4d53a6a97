/** Whether a key draws on a budget, as far as the key alone tells. */
import { type CompileExpression, holds } from '../cel/compile.ts';
import { selects } from '../config/objects.ts';
import type { Budget } from './model.ts';

/** An expression that looks at the request too cannot be decided by the key, and does not match here. */
export function keyMatches(
  budget: Pick<Budget, 'labels' | 'expression'>,
  labels: Readonly<Record<string, string>>,
  metadata: Record<string, unknown>,
  compile: CompileExpression,
): boolean {
  if (!selects(budget.labels, labels)) return false;
  if (budget.expression === undefined) return true;
  const compiled = compile(budget.expression);
  return compiled.ok && holds(compiled.program, { apiKey: metadata });
}

/** Then only the labels say which keys it may be. */
export function dependsOnRequest({ expression = '' }: Pick<Budget, 'expression'>): boolean {
  return /\b(request|llm|source)\b\s*[.[]/.test(expression);
}
