/** agentgateway's API keys in Secrets (and hashes in ConfigMaps) → VirtualKeys: hashes only, never a value. */

import { compileKeySet } from '../../core/config/key-sets.ts';
import { nameOf, Objects, selects } from '../../core/config/objects.ts';
import { displayOf } from '../../core/keys/key-value.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { decodeBase64 } from '../../core/text/base64-text.ts';
import type { ImportedObjects } from './litellm.ts';
import { UniqueNames } from './names.ts';

interface ApiKeySpec {
  secretRef?: { name: string };
  secretSelector?: { matchLabels?: Record<string, string> };
  configMapSelector?: { matchLabels?: Record<string, string> };
}

/**
 * Where the objects have policies with `apiKeyAuthentication`, only what they name is taken: other Secrets hold providers'
 * credentials, which must not become keys. `objects` have their namespaces, and Secrets their `data`.
 */
export function importAgentgateway(
  objects: readonly KubeObject[],
  sha256: (text: string) => string,
): ImportedObjects {
  const result: ImportedObjects = { objects: [], notes: [] };
  const names = new Map<string, UniqueNames>();
  const specs = objects.flatMap(apiKeySpecs);
  for (const object of objects) {
    if (object.kind !== 'Secret' && object.kind !== 'ConfigMap') continue;
    const why = whyNotKeys(object, specs);
    if (why !== undefined) {
      result.notes.push(`${object.kind} ${nameOf(object)}: left out, ${why}`);
      continue;
    }
    const namespace = object.metadata.namespace!;
    const taken = names.get(namespace) ?? new UniqueNames();
    names.set(namespace, taken);
    const { keys, faults } = keysIn(object, sha256);
    result.notes.push(...faults);
    for (const key of keys) result.objects.push(virtualKey(object, key, taken));
  }
  return result;
}

function apiKeySpecs(policy: KubeObject): { namespace: string; spec: ApiKeySpec }[] {
  if (policy.kind !== 'AgentgatewayPolicy') return [];
  const { traffic } = (policy['spec'] ?? {}) as { traffic?: { apiKeyAuthentication?: ApiKeySpec } };
  const spec = traffic?.apiKeyAuthentication;
  return spec === undefined ? [] : [{ namespace: policy.metadata.namespace!, spec }];
}

function whyNotKeys(
  object: KubeObject,
  specs: readonly { namespace: string; spec: ApiKeySpec }[],
): string | undefined {
  const { namespace, name, labels } = object.metadata;
  const isNamed = specs.some(({ namespace: of, spec }) => {
    if (of !== namespace) return false;
    const selector = object.kind === 'Secret' ? spec.secretSelector : spec.configMapSelector;
    const byName = object.kind === 'Secret' && spec.secretRef?.name === name;
    return byName || (selector !== undefined && selects(selector, labels));
  });
  if (isNamed) return undefined;
  if (specs.length > 0) return 'no policy of the file takes keys from it';
  if (object.kind === 'ConfigMap')
    return 'no policy of the file takes keys from it: add the policy to the file';
  const { type, data = {} } = object as { type?: string; data?: Record<string, string> };
  if (type !== undefined && type !== 'Opaque') return `it is of type ${type}`;
  return 'Authorization' in data ? "it has a provider's credential (Authorization)" : undefined;
}

interface Key {
  entry: string;
  sha256: string;
  metadata: Record<string, unknown>;
}

function keysIn(object: KubeObject, sha256: (text: string) => string): { keys: Key[]; faults: string[] } {
  const context = {
    objects: new Objects({ list: () => [] }),
    keySets: {} as Record<
      string,
      { keys: { id: string; sha256: string; metadata: Record<string, unknown> }[] }
    >,
    sha256,
    nowRfc3339: '',
    providerUrls: {},
    address: '',
    bindErrors: {},
    rateLimits: { errors: [] },
  };
  const { name, faults } = compileKeySet(context, object);
  const keys = context.keySets[name]!.keys.map(({ id, ...key }) => ({
    entry: id.slice(name.length + 1),
    ...key,
  }));
  return { keys, faults: faults.map((fault) => `${fault}: left out`) };
}

function virtualKey(object: KubeObject, { entry, sha256, metadata }: Key, names: UniqueNames): KubeObject {
  const owner = ['user_id', 'user', 'name', 'owner'].map((field) => metadata[field]).find(isName) ?? entry;
  const display = displayIn(object, entry);
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name: names.take(entry), namespace: object.metadata.namespace! },
    spec: {
      owner,
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      keyHash: `sha256:${sha256}`,
      ...(display === undefined ? {} : { display }),
    },
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Short values would be half told by their last characters. */
const leastShown = 20;

function displayIn(object: KubeObject, entry: string): string | undefined {
  if (object.kind !== 'Secret') return undefined;
  const text = decodeBase64((object['data'] as Record<string, string>)[entry]!).trim();
  const value: unknown = text.startsWith('{') ? (JSON.parse(text) as { key?: unknown }).key : text;
  return typeof value === 'string' && value.trim().length >= leastShown ? displayOf(value.trim()) : undefined;
}
