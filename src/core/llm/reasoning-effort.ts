/** Thinking budgets that stand for OpenAI's efforts where a provider counts tokens instead. */
import { asString, FieldFault, optional } from './fields.ts';

const budgets: Record<string, number> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
};

/** `none` and absent are no thinking. Throws `FieldFault` with `path` for an unknown effort. */
export function decodeEffort(value: unknown, path: string): { budgetTokens: number } | undefined {
  const effort = optional(value, path, asString);
  if (effort === undefined || effort === 'none') return undefined;
  const budgetTokens = budgets[effort];
  if (budgetTokens !== undefined) return { budgetTokens };
  throw new FieldFault(path, `must be one of none, ${Object.keys(budgets).join(', ')}`);
}

export function effortOf(budgetTokens: number): string {
  if (budgetTokens <= 2_048) return 'low';
  return budgetTokens <= 8_192 ? 'medium' : 'high';
}
