/** Sampling and thinking of Anthropic's models, the same in their own API and in others that serve them. */
import type { CanonicalRequest } from './model.ts';

export interface ThinkingSampling {
  temperature?: number;
  topP?: number;
  topK?: number;
  thinking?: { type: 'enabled'; budget_tokens: number };
}

/** Thinking excludes other sampling and a forced tool, and needs room inside `max_tokens` (extended thinking guide). */
export function thinkingSampling(
  request: CanonicalRequest,
  maxTokens: number,
  drops: string[],
): ThinkingSampling {
  const { temperature, topP, topK, thinking } = request;
  const forced = request.toolChoice?.type === 'tool' || request.toolChoice?.type === 'required';
  if (thinking !== undefined && maxTokens > 1_024 && !forced) {
    if (temperature !== undefined && temperature !== 1) drops.push('temperature (thinking is on)');
    if (topP !== undefined && topP < 0.95) drops.push('top_p (thinking is on)');
    if (topK !== undefined) drops.push('top_k (thinking is on)');
    const budget_tokens = Math.max(1_024, Math.min(thinking.budgetTokens, maxTokens - 1));
    return { thinking: { type: 'enabled', budget_tokens } };
  }
  if (thinking !== undefined)
    drops.push(`reasoning effort (${forced ? 'a tool is forced' : 'max_tokens leaves no room'})`);
  return { temperature: temperatureUpTo1(temperature, drops), topP, topK };
}

export function temperatureUpTo1(temperature: number | undefined, drops: string[]): number | undefined {
  if (temperature === undefined || temperature <= 1) return temperature;
  drops.push('temperature (lowered to 1)');
  return 1;
}
