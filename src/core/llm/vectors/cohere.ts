/** Cohere's models on Bedrock. They want to know what the vectors are for; OpenAI's API does not say: documents to be found. */
import type { Fields } from '../fields.ts';
import type { VectorApi } from './model.ts';
import { asVector } from './read.ts';

export const cohereVectors: VectorApi = {
  mostInputs: 96,
  encode: ({ model, inputs, dimensions }, drops) => {
    const sized = dimensions === undefined || model.includes('embed-v4');
    if (!sized) drops.push('dimensions');
    return {
      texts: inputs,
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: sized ? dimensions : undefined,
    };
  },
  /** By type where types were asked for; the older models give a list all the same. */
  decode: (body) => {
    const embeddings = body['embeddings'];
    const list = Array.isArray(embeddings) ? embeddings : (embeddings as Fields | undefined)?.['float'];
    return { vectors: (Array.isArray(list) ? list : [undefined]).map(asVector) };
  },
};
