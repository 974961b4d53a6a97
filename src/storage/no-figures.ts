import type { UsageFigures } from './ledger.ts';

/** Of a time without a call; its names are all there are. */
export const noFigures: UsageFigures = {
  requests: 0,
  refused: 0,
  failed: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  tokens: 0,
  costNano: 0,
  unpriced: 0,
};
