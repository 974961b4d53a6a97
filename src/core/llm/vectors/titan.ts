/** Amazon's Titan on Bedrock: one text a call. Only its second version can be told how many dimensions. */
import type { VectorApi } from './model.ts';
import { asVector } from './read.ts';

export const titanVectors: VectorApi = {
  mostInputs: 1,
  encode: ({ model, inputs, dimensions }, drops) => {
    const sized = dimensions === undefined || model.includes('titan-embed-text-v2');
    if (!sized) drops.push('dimensions');
    return { inputText: inputs[0], dimensions: sized ? dimensions : undefined };
  },
  decode: (body) => {
    const tokens = body['inputTextTokenCount'];
    return {
      vectors: [asVector(body['embedding'])],
      ...(typeof tokens === 'number' && { inputTokens: tokens }),
    };
  },
};
