/** Sampling and thinking of Anthropic's models, the same in their own API and in others that serve them. */
import { claudeTraits } from './claude-models.ts';
import type { CanonicalRequest } from './model.ts';
import { effortOf } from './reasoning-effort.ts';

export interface ThinkingSampling {
  temperature?: number;
  topP?: number;
  topK?: number;
  thinking?: { type: 'enabled'; budget_tokens: number } | { type: 'adaptive' };
  /** `output_config.effort`, beside adaptive thinking. */
  effort?: string;
}

/** Thinking excludes other sampling and a forced tool; a budget needs room inside `max_tokens` (extended thinking guide). */
export function thinkingSampling(
  request: CanonicalRequest,
  maxTokens: number,
  drops: string[],
): ThinkingSampling {
  const { thinking } = request;
  const traits = claudeTraits(request.model);
  const forced = request.toolChoice?.type === 'tool' || request.toolChoice?.type === 'required';
  const why = whyNot(traits.thinking, forced, maxTokens);
  if (thinking === undefined || why !== undefined) {
    if (thinking !== undefined) drops.push(`reasoning effort (${why})`);
    return traits.samples ? sampling(request, traits.oneSampling, drops) : withoutSampling(request, drops);
  }
  if (traits.thinking === 'budget') {
    const budget_tokens = Math.max(1_024, Math.min(thinking.budgetTokens, maxTokens - 1));
    return { ...withThinking(request, drops), thinking: { type: 'enabled', budget_tokens } };
  }
  const most = traits.xhigh && thinking.budgetTokens >= 32_768;
  const effort = most ? 'xhigh' : effortOf(thinking.budgetTokens);
  const rest = traits.samples ? withThinking(request, drops) : withoutSampling(request, drops);
  return { ...rest, thinking: { type: 'adaptive' }, effort };
}

function whyNot(
  form: 'none' | 'budget' | 'adaptive',
  forced: boolean,
  maxTokens: number,
): string | undefined {
  if (form === 'none') return 'this model does not think';
  if (forced) return 'a tool is forced';
  return form === 'budget' && maxTokens <= 1_024 ? 'max_tokens leaves no room' : undefined;
}

function sampling(request: CanonicalRequest, one: boolean, drops: string[]): ThinkingSampling {
  const { topP, topK } = request;
  const temperature = temperatureUpTo1(request.temperature, drops);
  if (!one || temperature === undefined || topP === undefined) return { temperature, topP, topK };
  if (topP !== 1) drops.push('top_p (temperature is set)');
  return { temperature, topK };
}

function withThinking(request: CanonicalRequest, drops: string[]): ThinkingSampling {
  const { temperature, topP, topK } = request;
  if (temperature !== undefined && temperature !== 1) drops.push('temperature (thinking is on)');
  if (topP !== undefined && topP < 0.95) drops.push('top_p (thinking is on)');
  if (topK !== undefined) drops.push('top_k (thinking is on)');
  return {};
}

/** Newer models refuse everything but the default, which needs no word. */
function withoutSampling(request: CanonicalRequest, drops: string[]): ThinkingSampling {
  const { temperature, topP, topK } = request;
  if (temperature !== undefined && temperature !== 1) drops.push('temperature (this model takes none)');
  if (topP !== undefined && topP !== 1) drops.push('top_p (this model takes none)');
  if (topK !== undefined) drops.push('top_k (this model takes none)');
  return {};
}

export function temperatureUpTo1(temperature: number | undefined, drops: string[]): number | undefined {
  if (temperature === undefined || temperature <= 1) return temperature;
  drops.push('temperature (lowered to 1)');
  return 1;
}
