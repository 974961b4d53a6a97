/** Every kind of token that a usage tells apart, each under one name: as the ledger, reports, exports and the console have them. */
import type { MediaKind, Usage } from './usage.ts';

/** In the order that they are shown in: what is a part of another kind stands behind it. */
export const tokenKinds = [
  'inputTokens',
  'cachedInputTokens',
  'cachedAudioTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'audioInputTokens',
  'imageInputTokens',
  'outputTokens',
  'reasoningTokens',
  'audioOutputTokens',
  'imageOutputTokens',
] as const;

export type TokenKind = (typeof tokenKinds)[number];

const mediaNames: Readonly<Record<MediaKind, TokenKind>> = {
  audioInput: 'audioInputTokens',
  cachedAudio: 'cachedAudioTokens',
  imageInput: 'imageInputTokens',
  audioOutput: 'audioOutputTokens',
  imageOutput: 'imageOutputTokens',
};

/** What each kind is a part of; input and output are parts of none. */
export const partOf: Readonly<Partial<Record<TokenKind, TokenKind>>> = {
  cachedInputTokens: 'inputTokens',
  cachedAudioTokens: 'cachedInputTokens',
  cacheWriteTokens: 'inputTokens',
  cacheWrite1hTokens: 'cacheWriteTokens',
  audioInputTokens: 'inputTokens',
  imageInputTokens: 'inputTokens',
  reasoningTokens: 'outputTokens',
  audioOutputTokens: 'outputTokens',
  imageOutputTokens: 'outputTokens',
};

export function tokensByKind({ media, ...usage }: Usage): Record<TokenKind, number> {
  const found: Record<TokenKind, number> = {
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cachedAudioTokens: 0,
    cacheWriteTokens: usage.cacheWriteTokens,
    // Records of early versions do not know it.
    cacheWrite1hTokens: usage.cacheWrite1hTokens ?? 0,
    audioInputTokens: 0,
    imageInputTokens: 0,
    outputTokens: usage.outputTokens,
    reasoningTokens: usage.reasoningTokens,
    audioOutputTokens: 0,
    imageOutputTokens: 0,
  };
  for (const kind in media) found[mediaNames[kind as MediaKind]] = media[kind as MediaKind] ?? 0;
  return found;
}
