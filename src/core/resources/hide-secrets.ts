/** An object as it may be shown and written down: nothing that is secret is part of it. */
import type { KubeObject } from './object.ts';

const secretHeader = /authorization|api-?key|token|secret|cookie|password/i;

/** kubectl's annotation repeats the whole object; managedFields say nothing to a reader. `hide` gives what is shown instead. */
export function hideSecrets(object: KubeObject, hide: (value: unknown) => unknown): Record<string, unknown> {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const { ['kubectl.kubernetes.io/last-applied-configuration']: __, ...kept } = annotations ?? {};
  const shown = { ...object, metadata: { ...metadata, ...(annotations && { annotations: kept }) } };
  if (object.kind === 'Secret') return withHiddenEntries(shown, hide);
  return hidden(shown, '', hide) as Record<string, unknown>;
}

function withHiddenEntries(secret: KubeObject, hide: (value: unknown) => unknown): Record<string, unknown> {
  const entries = (name: string) => {
    const map = secret[name] as Record<string, unknown> | undefined;
    return (
      map && { [name]: Object.fromEntries(Object.entries(map).map(([key, value]) => [key, hide(value)])) }
    );
  };
  return { ...secret, ...entries('data'), ...entries('stringData') };
}

/** Hashes of keys too: an imported key may be short enough to be guessed from its hash. */
const hashFields = new Set(['keyHash', 'previousKeyHash']);

/** An entry of keys in agentgateway's form: its hash, or by a mistake the key itself. */
const keyEntry = /"key(Hash)?"\s*:/;

/**
 * Credentials may stand in a backend itself (`auth.key`), in headers that a policy or route sets, in the users of basic
 * authentication (hashes of passwords), and in text of a ConfigMap.
 */
function hidden(value: unknown, parent: string, hide: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => hidden(item, parent, hide));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  const isSecretHeader = typeof object['name'] === 'string' && secretHeader.test(object['name']);
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => {
      const isSecret =
        typeof member === 'string' &&
        ((parent === 'auth' && name === 'key') ||
          (isSecretHeader && name === 'value') ||
          hashFields.has(name) ||
          (parent === 'data' && keyEntry.test(member)));
      if (isSecret) return [name, hide(member)];
      const users = parent === 'basicAuthentication' && name === 'users' && Array.isArray(member);
      return [name, users ? member.map(hide) : hidden(member, name, hide)];
    }),
  );
}
