/** What every operation on objects needs. All of it is synchronous: between two operations nobody sees half a change. */
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { ResourceStore } from '../../storage/resource-store.ts';

export interface RegistryContext {
  store: ResourceStore;
  kinds: readonly KindDefinition[];
  /** Current time; written to the second. */
  now: () => Date;
  newUid: () => string;
  /** Whole number in [0, below). */
  randomInt: (below: number) => number;
}

export interface WriteOptions {
  dryRun?: boolean;
  fieldManager: string;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Strict decoding messages found before the object got here (duplicate keys). */
  decodingErrors?: readonly string[];
  subresource?: 'status';
  /** The object comes from a patch: what does not decode is then 422 about the patch. */
  patch?: boolean;
  /** Added to: one text per `Warning: 299` header. */
  warnings: string[];
}

export interface ObjectName {
  namespace?: string;
  name: string;
}

export function timestamp(context: RegistryContext): string {
  return `${context.now().toISOString().slice(0, 19)}Z`;
}
