/** Gemini counts cached input inside `promptTokenCount`, but what its tools read and its thoughts apart from the rest. */
import type { Fields } from '../../fields.ts';
import { mediaOf, noUsage, totalTokens, type Usage } from '../../usage.ts';

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
    ...mediaOf({
      audioInput: ofModality(usage['promptTokensDetails'], 'AUDIO'),
      cachedAudio: ofModality(usage['cacheTokensDetails'], 'AUDIO'),
      imageInput: ofModality(usage['promptTokensDetails'], 'IMAGE'),
      audioOutput: ofModality(usage['candidatesTokensDetails'], 'AUDIO'),
      imageOutput: ofModality(usage['candidatesTokensDetails'], 'IMAGE'),
    }),
  };
}

export function encodeUsage(usage: Usage): Fields {
  return {
    promptTokenCount: usage.inputTokens,
    promptTokensDetails: soundOf(usage.media?.audioInput, usage.inputTokens),
    candidatesTokensDetails: soundOf(usage.media?.audioOutput, usage.outputTokens - usage.reasoningTokens),
    cachedContentTokenCount: usage.cachedInputTokens,
    candidatesTokenCount: Math.max(0, usage.outputTokens - usage.reasoningTokens),
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: totalTokens(usage),
  };
}

/** What is not sound counts as text. */
function soundOf(sound: number | undefined, all: number): Fields[] | undefined {
  if (sound === undefined) return undefined;
  const text = Math.max(0, all - sound);
  return [
    { modality: 'TEXT', tokenCount: text },
    { modality: 'AUDIO', tokenCount: sound },
  ];
}

function ofModality(details: unknown, modality: string): number {
  if (!Array.isArray(details)) return 0;
  const found = (details as (Fields | null)[]).find((detail) => detail?.['modality'] === modality);
  return count(found?.['tokenCount']);
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
