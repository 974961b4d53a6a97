import type { UsageFigures } from './ledger.ts';

/** Of a time without a call; its names are all there are. */
export const noFigures: UsageFigures = {
  requests: 0,
  refused: 0,
  failed: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cachedAudioTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  audioInputTokens: 0,
  imageInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
  imageOutputTokens: 0,
  tokens: 0,
  costNano: 0,
  unpriced: 0,
  estimated: 0,
};
