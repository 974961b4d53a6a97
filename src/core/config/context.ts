/** What every part of the compiler works with. */

import type { CompileRegex } from '../guard/regex.ts';
import type { KeyBook } from './key-faults.ts';
import type { Objects } from './objects.ts';
import type { ReadRateLimits } from './rate-limit-config.ts';
import type { KeySet } from './snapshot.ts';

export interface CompileContext {
  objects: Objects;
  nowRfc3339: string;
  sha256: (text: string) => string;
  providerUrls: Readonly<Record<string, string>>;
  address: string;
  bindErrors: Readonly<Record<number, string>>;
  /** Absent: expressions of guards are faults. */
  compileRegex?: CompileRegex;
  /** Filled as policies refer to them. */
  keySets: Record<string, KeySet>;
  /** All VirtualKeys, kept up by whoever compiles again and again; absent: they are read anew. */
  keyBook?: KeyBook;
  /** The embedded rate limit service's configuration, and what is wrong with its sources. */
  rateLimits: ReadRateLimits;
}

export function decodeBase64(text: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let buffer = 0;
  for (const character of text) {
    const value = base64Alphabet.indexOf(character);
    if (value < 0) continue;
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 0xff);
    }
  }
  // Percent-encoding is the language's own way from UTF-8 bytes to text.
  const encoded = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(encoded);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
