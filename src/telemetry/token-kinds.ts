/** Tokens of a call by agentgateway's kinds: what is read from and written to a cache is in the input too. */
import type { Usage } from '../core/llm/usage.ts';

export type TokenKind = 'input' | 'output' | 'input_cache_read' | 'input_cache_write';

export function tokenKinds(usage: Usage | undefined): [TokenKind, number][] {
  if (usage === undefined) return [];
  const kinds: [TokenKind, number][] = [
    ['input', usage.inputTokens],
    ['output', usage.outputTokens],
  ];
  if (usage.cachedInputTokens > 0) kinds.push(['input_cache_read', usage.cachedInputTokens]);
  if (usage.cacheWriteTokens > 0) kinds.push(['input_cache_write', usage.cacheWriteTokens]);
  return kinds;
}
