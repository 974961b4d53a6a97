/** Thinking budgets that stand for OpenAI's efforts where a provider counts tokens instead. */
import { asString, FieldFault, optional } from './fields.ts';
import type { CanonicalRequest } from './model.ts';

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

/** OpenAI's models that do not reason refuse to be told how much: what their names begin with. */
const withoutReasoning = /^(gpt-3|gpt-4|chatgpt-4)/;

export function openaiEffort({ thinking, model }: CanonicalRequest, drops: string[]): string | undefined {
  if (thinking === undefined) return undefined;
  if (!withoutReasoning.test(model)) return effortOf(thinking.budgetTokens);
  drops.push('reasoning effort (this model does not reason)');
  return undefined;
}

/** Those that always reason refuse to be told how to sample, but for the defaults. From 5.1 on they may be told not to reason. */
const alwaysReasons = /^(o\d|gpt-5(?!\.))/;

export interface OpenaiSampling {
  temperature?: number;
  topP?: number;
  stop?: string[];
  frequencyPenalty?: number;
  presencePenalty?: number;
}

export function openaiSampling(request: CanonicalRequest, drops: string[]): OpenaiSampling {
  const { temperature, topP, stop, frequencyPenalty, presencePenalty, model } = request;
  if (!alwaysReasons.test(model)) {
    const stops = stop.length === 0 ? undefined : stop;
    return { temperature, topP, stop: stops, frequencyPenalty, presencePenalty };
  }
  if (frequencyPenalty) drops.push('frequency_penalty (this model takes none)');
  if (presencePenalty) drops.push('presence_penalty (this model takes none)');
  if (temperature !== undefined && temperature !== 1) drops.push('temperature (this model takes none)');
  if (topP !== undefined && topP !== 1) drops.push('top_p (this model takes none)');
  if (stop.length > 0) drops.push('stop (this model takes none)');
  return {};
}
