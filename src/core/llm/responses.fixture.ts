/** Any answers of a model, and the texts and documents in them, for properties. */
import fc from 'fast-check';
import type { CanonicalResponse } from './model.ts';

/** Blank text is said by nobody, and refused by Anthropic. */
export const words = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
export const json = fc.dictionary(words, words, { maxKeys: 3 }).map((value) => JSON.stringify(value));

export const responsesEnding = (
  ...reasons: CanonicalResponse['finishReason'][]
): fc.Arbitrary<CanonicalResponse> =>
  fc.record({
    id: fc.constant('resp_1'),
    model: words,
    parts: fc
      .tuple(words, fc.array(json, { maxLength: 2 }), fc.option(words))
      .map(([said, calls, thought]): CanonicalResponse['parts'] => [
        ...(thought === null ? [] : [{ type: 'thinking' as const, text: thought, signature: 'c2ln' }]),
        { type: 'text', text: said },
        ...calls.map((args, i) => ({ type: 'tool-call' as const, id: `c${i}`, name: 'f', arguments: args })),
      ]),
    finishReason: fc.constantFrom(...reasons),
  });
