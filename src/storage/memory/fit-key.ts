/** Names of counters that are too long for a slot. */
import { hash } from 'node:crypto';
import { maxKeyBytes } from './counter-table.ts';

/** Keys over the slot's size keep a readable head; SHA-256 keeps two of them apart. */
export function fitKey(key: string): string {
  if (key.length <= maxKeyBytes / 4 || Buffer.byteLength(key) <= maxKeyBytes) return key;
  const head = Buffer.from(key)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
  return `${head}…${hash('sha256', key)}`;
}
