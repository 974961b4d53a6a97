/** The Gemini API's `:batchEmbedContents`. It does not tell usage. */
import type { VectorApi } from './model.ts';
import { asItems, asVector } from './read.ts';

export const geminiVectors: VectorApi = {
  mostInputs: 100,
  encode: ({ model, inputs, dimensions }) => ({
    requests: inputs.map((text) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      outputDimensionality: dimensions,
    })),
  }),
  decode: (body) => ({ vectors: asItems(body['embeddings']).map(({ values }) => asVector(values)) }),
};
