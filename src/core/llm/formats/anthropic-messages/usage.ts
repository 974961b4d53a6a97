/** Anthropic counts cached reads and cache writes apart from `input_tokens`; our definition includes them. */
import type { Fields } from '../../fields.ts';
import { noUsage, type Usage } from '../../usage.ts';

export function decodeUsage(body: Fields): Usage | undefined {
  return mergeUsage(undefined, body['usage'] as Fields | null | undefined);
}

/** A stream reports in pieces: fields of the later report replace the earlier ones, others stay. */
export function mergeUsage(before: Usage | undefined, report: Fields | null | undefined): Usage | undefined {
  if (typeof report !== 'object' || report === null) return before;
  const read = (name: string, otherwise: number) => {
    const value = report[name];
    return typeof value === 'number' && value >= 0 ? Math.round(value) : otherwise;
  };
  const earlier = before ?? noUsage;
  const uncached = earlier.inputTokens - earlier.cachedInputTokens - earlier.cacheWriteTokens;
  const cachedInputTokens = read('cache_read_input_tokens', earlier.cachedInputTokens);
  const cacheWriteTokens = read('cache_creation_input_tokens', earlier.cacheWriteTokens);
  const kept = report['cache_creation'] as Fields | null | undefined;
  const hour = kept?.['ephemeral_1h_input_tokens'];
  return {
    ...earlier,
    inputTokens: read('input_tokens', uncached) + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens:
      typeof hour === 'number' ? Math.min(hour, cacheWriteTokens) : earlier.cacheWrite1hTokens,
    ...(report['service_tier'] === 'batch' ? { serviceTier: 'batch' } : {}),
    outputTokens: read('output_tokens', earlier.outputTokens),
  };
}

export function encodeUsage(usage: Usage): Fields {
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.cacheWrite1hTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
  };
}
