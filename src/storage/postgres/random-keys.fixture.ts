/** Changes of keys, by a seed: few names and values, so that keys meet. */
import type { ResourceChange } from '../resource-store.ts';
import { deleteOf, putOf } from './shared-keys.fixture.ts';

export const values = 24;
const names = 16;

/** From 0 to 1, always the same ones (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Made, changed, rotated, disabled, told of and deleted: one to four of them. */
export function randomChanges(random: () => number): ResourceChange[] {
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: 1 + below(4) }, () => {
    const name = `r${below(names)}`;
    if (random() < 0.2) return deleteOf(name);
    return putOf({
      name,
      value: below(values),
      owner: `owner-${below(3)}`,
      disabled: random() < 0.2,
      told: below(3),
      ...(random() < 0.3 && { before: below(values) }),
    });
  });
}
