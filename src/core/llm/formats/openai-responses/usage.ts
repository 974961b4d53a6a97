/** The Responses API counts cached input inside `input_tokens` and reasoning inside `output_tokens`, as we do. */
import type { Fields } from '../../fields.ts';
import { mediaOf, noUsage, serviceTierOf, totalTokens, type Usage } from '../../usage.ts';

export function decodeUsage(body: Fields): Usage | undefined {
  const usage = body['usage'] as Fields | null | undefined;
  if (typeof usage !== 'object' || usage === null) return undefined;
  if (typeof usage['input_tokens'] !== 'number') return undefined;
  // Transcriptions and Realtime leave out an s.
  const input = (usage['input_tokens_details'] ?? usage['input_token_details']) as Fields | null | undefined;
  const output = (usage['output_tokens_details'] ?? usage['output_token_details']) as
    | Fields
    | null
    | undefined;
  const cached = input?.['cached_tokens_details'] as Fields | null | undefined;
  return {
    ...noUsage,
    inputTokens: count(usage['input_tokens']),
    outputTokens: count(usage['output_tokens']),
    cachedInputTokens: count(input?.['cached_tokens']),
    cacheWriteTokens: count(input?.['cache_write_tokens']),
    reasoningTokens: count(output?.['reasoning_tokens']),
    ...mediaOf({
      audioInput: input?.['audio_tokens'],
      cachedAudio: cached?.['audio_tokens'],
      imageInput: input?.['image_tokens'],
      audioOutput: output?.['audio_tokens'],
      imageOutput: output?.['image_tokens'],
    }),
    ...serviceTierOf(body['service_tier']),
  };
}

export function encodeUsage(usage: Usage): Fields {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: totalTokens(usage),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
