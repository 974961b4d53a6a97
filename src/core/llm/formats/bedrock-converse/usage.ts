/** Bedrock counts cached reads and cache writes apart from `inputTokens`; our definition includes them. */
import type { Fields } from '../../fields.ts';
import { noUsage, serviceTierOf, type Usage } from '../../usage.ts';

/** Of a whole answer or of a stream's `metadata`: both have the same members. */
export function decodeUsage(body: Fields): Usage | undefined {
  const usage = body['usage'] as Fields | null | undefined;
  if (typeof usage !== 'object' || usage === null) return undefined;
  if (typeof usage['inputTokens'] !== 'number') return undefined;
  const cachedInputTokens = count(usage['cacheReadInputTokens']);
  const cacheWriteTokens = count(usage['cacheWriteInputTokens']);
  return {
    ...noUsage,
    inputTokens: count(usage['inputTokens']) + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: Math.min(cacheWriteTokens, keptForAnHour(usage['cacheDetails'])),
    outputTokens: count(usage['outputTokens']),
    ...serviceTierOf((body['serviceTier'] as Fields | undefined)?.['type']),
  };
}

function keptForAnHour(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  const kept = (details as (Fields | null)[]).filter((detail) => detail?.['ttl'] === '1h');
  return kept.reduce((sum, detail) => sum + count(detail?.['inputTokens']), 0);
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
