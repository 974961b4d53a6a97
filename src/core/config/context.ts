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
