/** How the input of a call is counted closer than by its bytes: by its provider's own counter, or by the model's public tokenizer. */
import type { Encoding } from './encodings.ts';

export interface ProviderCount {
  by: 'provider';
  /** Complete URL, headers with the credential (a cloud's is added when it is sent), JSON. */
  request: { method: string; url: string; headers: Record<string, string>; body: string };
  /** Its vendor says that what is charged may differ a little, or shows that it does. */
  isEstimate: boolean;
}

export interface TokenizerCount {
  by: 'tokenizer';
  encoding: Encoding;
  texts: string[];
  /** Tokens that are in none of the texts: what stands between messages, names and tools. */
  framing: number;
}

export type InputCount = ProviderCount | TokenizerCount;

/** Of a text's UTF-8. */
export type Base64 = (text: string) => string;

/** Undefined: not all of the input would be counted. */
export type InputCounter = (base64: Base64) => InputCount | undefined;

/** Of an estimate: one in fifty, and never fewer than ten. */
export function withMargin(tokens: number, { isEstimate }: ProviderCount): number {
  return isEstimate ? tokens + Math.max(10, Math.ceil(tokens / 50)) : tokens;
}

/** Of a counter's answer; undefined where it holds no count. */
export function countIn(answer: string): number | undefined {
  try {
    return countOf(JSON.parse(answer) as Record<string, unknown> | null);
  } catch {
    return undefined;
  }
}

export function countOf(answer: Readonly<Record<string, unknown>> | null): number | undefined {
  const tokens = answer?.['input_tokens'] ?? answer?.['totalTokens'] ?? answer?.['inputTokens'];
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
}
