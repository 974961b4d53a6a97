/** Vertex AI's `:predict` of models for text. */
import type { Fields } from '../fields.ts';
import type { VectorApi } from './model.ts';
import { asItems, asVector } from './read.ts';

export const vertexVectors: VectorApi = {
  mostInputs: 250,
  encode: ({ inputs, dimensions }) => ({
    instances: inputs.map((content) => ({ content })),
    parameters: dimensions === undefined ? undefined : { outputDimensionality: dimensions },
  }),
  decode: (body) => {
    const embeddings = asItems(body['predictions']).map((item) => (item['embeddings'] ?? {}) as Fields);
    const counts = embeddings.map(({ statistics }) => (statistics as Fields | undefined)?.['token_count']);
    const known = counts.every((count) => typeof count === 'number');
    return {
      vectors: embeddings.map(({ values }) => asVector(values)),
      ...(known && { inputTokens: (counts as number[]).reduce((sum, count) => sum + count, 0) }),
    };
  },
};

/** This one takes one text a call. */
export const geminiOnVertexVectors: VectorApi = { ...vertexVectors, mostInputs: 1 };
