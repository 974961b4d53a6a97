/** Secrets that a backend's credential refers to. */
import { decodeBase64 } from '../text/base64-text.ts';
import type { CompileContext } from './context.ts';
import { groups } from './objects.ts';

export interface SecretRefSpec {
  name: string;
  key?: string;
  kind?: string;
}

export interface ReadSecret {
  /** Trimmed; undefined when it is missing or empty. */
  entry(name: string): string | undefined;
  /** The fault of an entry that is not there. */
  missing(name: string): string;
}

export function readSecret(
  context: CompileContext,
  namespace: string,
  ref: SecretRefSpec,
): ReadSecret | { fault: string } {
  if (ref.kind !== undefined && ref.kind !== 'Secret')
    return { fault: `secretRef of kind ${ref.kind} is not served by this version` };
  const name = `${namespace}/${ref.name}`;
  const secret = context.objects.get(groups.core, 'Secret', namespace, ref.name);
  if (secret === undefined) return { fault: `secret ${name} not found` };
  const data = secret['data'] as Record<string, string> | undefined;
  return {
    entry: (entry) => (data?.[entry] === undefined ? '' : decodeBase64(data[entry]).trim()) || undefined,
    missing: (entry) => `secret ${name} missing ${entry} value`,
  };
}
