/** Reading the vectors of an answer. */
import type { Fields } from '../fields.ts';
import { ReplyFault } from '../translate-contract.ts';

/** Throws `ReplyFault`. */
export function asVector(value: unknown): number[] {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number'))
    return value;
  throw new ReplyFault('it holds an embedding that is no list of numbers');
}

/** Throws `ReplyFault`. */
export function asItems(value: unknown): Fields[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)) return value;
  throw new ReplyFault('it holds no embeddings');
}
