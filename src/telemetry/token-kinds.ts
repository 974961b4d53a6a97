/** Tokens of a call by agentgateway's kinds: what is read from and written to a cache is in the input too. */
import type { Usage } from '../core/llm/usage.ts';
import { type TokenKind as NamedKind, tokensByKind } from '../core/llm/usage-kinds.ts';

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

/** Beside agentgateway's: parts of them, under the names of the metric. */
const finerKinds = {
  cachedAudioTokens: 'input_cache_read_audio',
  cacheWrite1hTokens: 'input_cache_write_1h',
  audioInputTokens: 'input_audio',
  imageInputTokens: 'input_image',
  reasoningTokens: 'output_reasoning',
  audioOutputTokens: 'output_audio',
  imageOutputTokens: 'output_image',
} as const satisfies Partial<Record<NamedKind, string>>;

type FinerKind = keyof typeof finerKinds;
export type AnyTokenKind = TokenKind | (typeof finerKinds)[FinerKind];

export function allTokenKinds(usage: Usage): [AnyTokenKind, number][] {
  const kinds: [AnyTokenKind, number][] = tokenKinds(usage);
  if (usage.media === undefined && !usage.reasoningTokens && !usage.cacheWrite1hTokens) return kinds;
  const tokens = tokensByKind(usage);
  for (const kind in finerKinds) {
    const amount = tokens[kind as FinerKind];
    if (amount > 0) kinds.push([finerKinds[kind as FinerKind], amount]);
  }
  return kinds;
}
