/** OpenAI counts cached input inside `prompt_tokens` and reasoning inside `completion_tokens`, as our definition does. */
import type { Fields } from '../../fields.ts';
import { mediaOf, noUsage, serviceTierOf, totalTokens, type Usage } from '../../usage.ts';

export function decodeUsage(body: Fields): Usage | undefined {
  const usage = body['usage'] as Fields | null | undefined;
  if (typeof usage !== 'object' || usage === null) return undefined;
  if (typeof usage['prompt_tokens'] !== 'number') return undefined;
  const prompt = usage['prompt_tokens_details'] as Fields | undefined;
  const completion = usage['completion_tokens_details'] as Fields | undefined;
  const inputTokens = count(usage['prompt_tokens']);
  const written = count(usage['completion_tokens']);
  // xAI and Gemini count reasoning beside the completion, and tell it in the total only.
  const beside = Math.max(0, count(usage['total_tokens']) - inputTokens - written);
  // DeepSeek and Moonshot have names of their own.
  const cached = prompt?.['cached_tokens'] ?? usage['prompt_cache_hit_tokens'] ?? usage['cached_tokens'];
  return {
    ...noUsage,
    inputTokens,
    outputTokens: written + beside,
    cachedInputTokens: count(cached),
    cacheWriteTokens: count(prompt?.['cache_write_tokens']),
    reasoningTokens: count(completion?.['reasoning_tokens']) || beside,
    ...mediaOf({
      audioInput: prompt?.['audio_tokens'],
      imageInput: prompt?.['image_tokens'],
      audioOutput: completion?.['audio_tokens'],
      imageOutput: completion?.['image_tokens'],
    }),
    ...serviceTierOf(body['service_tier']),
  };
}

export function encodeUsage(usage: Usage): Fields {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: totalTokens(usage),
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.media?.audioInput,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.media?.audioOutput,
    },
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
