/** `llm.policies.apiKey` → VirtualKeys, their Budgets, and how the Gateway asks for a key. */
import type { KubeObject } from '../resources/object.ts';
import { budgetsOf, keyLabel } from './budgets.ts';
import { celAt, isLabelValue, objectName } from './names.ts';
import { objectOf } from './objects.ts';
import { isMap, type MapReader } from './reader.ts';
import { secretAt } from './secrets.ts';

const modes = { strict: 'Strict', optional: 'Optional', permissive: 'Permissive' } as const;

/** Of a ConfigMap without entries: a policy must name some source of keys, and those of the file are VirtualKeys. */
const sourceLabels = { 'tollgate.dev/standalone': 'keys' };

export function convertApiKeys(apiKey: MapReader): { objects: KubeObject[]; authentication: object } {
  const mode = apiKey.choice('mode', modes) ?? 'Optional';
  const location = locationOf(apiKey);
  if (!apiKey.has('keys')) apiKey.fault('keys', 'must be set');
  const names = new Set<string>();
  const hashes = new Set<string>();
  const objects = apiKey.maps('keys').flatMap((key) => convertKey(key, names, hashes));
  apiKey.end();
  return {
    objects: [objectOf('ConfigMap', 'llm-keys', { data: {} }, sourceLabels), ...objects],
    authentication: { mode, configMapSelector: { matchLabels: sourceLabels }, ...(location && { location }) },
  };
}

function convertKey(key: MapReader, names: Set<string>, hashes: Set<string>): KubeObject[] {
  const hash = hashOf(key);
  const given = key.any('metadata') ?? {};
  if (!isMap(given)) key.fault('metadata', 'must be a map');
  const metadata = isMap(given) ? given : {};
  const name = nameOf(metadata, hash ?? '', names);
  const models = modelsOf(key);
  const budgets = budgetsOf(key, name);
  key.end();
  if (hash === undefined) return [];
  if (hashes.has(hash)) key.fault(key.has('key') ? 'key' : 'keyHash', 'another key has the same value');
  hashes.add(hash);
  const owner = ['user_id', 'user', 'name', 'owner'].map((field) => metadata[field]).find(isOwner);
  const spec = { keyHash: `sha256:${hash}`, metadata, ...(owner && { owner }), ...models };
  const labels = Object.fromEntries(
    Object.entries(metadata).filter((pair): pair is [string, string] => isLabelValue(pair[1])),
  );
  return [objectOf('VirtualKey', name, { spec }, { ...labels, [keyLabel]: name }), ...budgets];
}

const isOwner = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 253;

function hashOf(key: MapReader): string | undefined {
  const value = secretAt(key, 'key');
  const given = key.text('keyHash');
  if (value !== undefined && given !== undefined) key.fault('keyHash', 'give the key or its hash, not both');
  if (value !== undefined) return key.reader.surroundings.sha256(value);
  if (given === undefined) {
    if (!key.has('key')) key.fault('key', 'must be set, or keyHash');
    return undefined;
  }
  const hash = /^sha256:([0-9a-f]{64})$/i.exec(given)?.[1];
  if (hash === undefined) key.fault('keyHash', 'must be sha256: and 64 hexadecimal digits');
  return hash?.toLowerCase();
}

/** Keeps its counters and its calls when keys before it come or go: a key without a name is named by its hash. */
function nameOf(metadata: Record<string, unknown>, hash: string, names: Set<string>): string {
  const own = typeof metadata['name'] === 'string' ? objectName(metadata['name']).slice(0, 50) : '';
  const name = own === '' ? `key-${hash.slice(0, 8)}` : names.has(own) ? `${own}-${hash.slice(0, 8)}` : own;
  names.add(name);
  return name;
}

/** Left out: all models. An empty list: none, and so no route either, for whatever name a client may think of. */
function modelsOf(key: MapReader): object {
  if (!key.has('allowedModels')) {
    key.any('allowedModels');
    return {};
  }
  const given = key.list('allowedModels').map(({ value, path }) => {
    if (typeof value !== 'string' || value === '')
      key.reader.fault(path, 'must be the name of a model, or a pattern');
    return String(value);
  });
  return given.length === 0 ? { allowedRoutes: ['no-route'] } : { allowedModels: given };
}

function locationOf(apiKey: MapReader): object | undefined {
  const location = apiKey.map('location');
  if (location === undefined) return undefined;
  const expression = celAt(location, 'expression');
  const named = ['header', 'queryParameter', 'cookie'].flatMap((place) => {
    const at = location.map(place);
    if (at === undefined) return [];
    const name = at.text('name');
    const prefix = place === 'header' ? (at.any('prefix') as string | undefined) : undefined;
    at.end();
    if (name === undefined) at.fault('name', 'must be set');
    return [{ [place]: { name, ...(prefix !== undefined && { prefix }) } }];
  });
  location.end();
  const all = [...named, ...(expression === undefined ? [] : [{ expression }])];
  if (all.length !== 1) location.reader.fault(location.path, 'must name one place');
  return all[0];
}
