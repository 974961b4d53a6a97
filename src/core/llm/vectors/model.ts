/** Embeddings between OpenAI's API and those of the clouds. */
import type { Fields } from '../fields.ts';

export interface VectorRequest {
  model: string;
  inputs: string[];
  dimensions?: number;
}

export interface VectorAnswer {
  /** One for each input, in order. */
  vectors: number[][];
  /** Where the API tells them. */
  inputTokens?: number;
}

export interface VectorApi {
  /** Texts that one call may have. */
  mostInputs: number;
  /** Names in `drops` what it can't carry. */
  encode(request: VectorRequest, drops: string[]): Fields;
  /** Throws `ReplyFault`. */
  decode(body: Fields): VectorAnswer;
}
