/** How many tokens texts come to, or a little more. */
import type { Encoding } from '../../core/llm/counting/encodings.ts';
import { safePieces } from '../../core/llm/counting/safe-pieces.ts';

export interface TokenizerQuestion {
  id: number;
  encoding: Encoding;
  texts: string[];
}

export interface TokenizerAnswer {
  id: number;
  tokens: number;
}

export interface Encoder {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
  setMergeCacheSize(size: number): void;
}

/** What looks like a mark of the model's own (`<|endoftext|>`) is a text like any other in a message. */
const asText = { disallowedSpecial: new Set<string>() };

export function countTexts(encoder: Encoder, texts: readonly string[]): number {
  // Kept texts would be a client's.
  encoder.setMergeCacheSize(0);
  let tokens = 0;
  for (const text of texts) {
    const pieces = safePieces(text);
    tokens += pieces.bytes;
    for (const piece of pieces.texts) tokens += encoder.countTokens(piece, asText);
  }
  return tokens;
}
