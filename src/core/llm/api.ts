/** Names of the APIs that providers have. */
import type { RouteType } from '../config/snapshot.ts';

/** Passed through as they are, and charged. */
export type PassedApiName =
  | 'TextCompletions'
  | 'ImageGenerations'
  | 'ImageEdits'
  | 'ImageVariations'
  | 'Speech'
  | 'Transcriptions'
  | 'Translations'
  | 'Rerank';

/** Those that clients speak too, and those that none does. */
export type Api = RouteType | PassedApiName | 'Converse' | 'CountTokens' | 'InputTokens' | 'Vectors';
