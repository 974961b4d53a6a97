import type { TokenKind } from '../../../src/core/llm/usage-kinds.ts';

export const kindStrings: Record<TokenKind, string> = {
  inputTokens: 'Input',
  cachedInputTokens: 'Cached reads',
  cachedAudioTokens: 'Cached sound',
  cacheWriteTokens: 'Cache writes',
  cacheWrite1hTokens: 'Kept for an hour',
  audioInputTokens: 'Sound heard',
  imageInputTokens: 'Pictures seen',
  outputTokens: 'Output',
  reasoningTokens: 'Reasoning',
  audioOutputTokens: 'Sound spoken',
  imageOutputTokens: 'Pictures painted',
};
