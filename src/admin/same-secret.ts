/** Comparing secrets takes the same time whatever they have in common. */
import { hash, timingSafeEqual } from 'node:crypto';

export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

/** Lower-case hex: secrets that are kept or looked up are so by their hash. */
export function sha256(text: string): string {
  return hash('sha256', text);
}
