/** Gemini counts cached input inside `promptTokenCount`, but what its tools read and its thoughts apart from the rest. */
import type { Fields } from '../../fields.ts';
import { noUsage, totalTokens, type Usage } from '../../usage.ts';

export function decodeUsage(body: Fields): Usage | undefined {
  const usage = body['usageMetadata'] as Fields | null | undefined;
  if (typeof usage !== 'object' || usage === null) return undefined;
  if (typeof usage['promptTokenCount'] !== 'number') return undefined;
  const thoughts = count(usage['thoughtsTokenCount']);
  return {
    ...noUsage,
    inputTokens: count(usage['promptTokenCount']) + count(usage['toolUsePromptTokenCount']),
    cachedInputTokens: count(usage['cachedContentTokenCount']),
    outputTokens: count(usage['candidatesTokenCount']) + thoughts,
    reasoningTokens: thoughts,
  };
}

export function encodeUsage(usage: Usage): Fields {
  return {
    promptTokenCount: usage.inputTokens,
    cachedContentTokenCount: usage.cachedInputTokens,
    candidatesTokenCount: Math.max(0, usage.outputTokens - usage.reasoningTokens),
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: totalTokens(usage),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
