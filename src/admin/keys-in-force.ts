/** Keys as the data path knows them: VirtualKeys, and those in Secrets and ConfigMaps. */
import { readStoredKey } from '../core/config/key-facts.ts';
import { opensSet } from '../core/config/key-set-names.ts';
import type { KeyEntry, KeySet } from '../core/config/snapshot.ts';
import type { AdminContext } from './context.ts';
import { type KeyView, tollgateGroup } from './key-view.ts';

const indexes = new WeakMap<object, Map<string, KeyEntry>>();

/** The key that opens something with this value. */
export function keyInForce({ inForce }: Pick<AdminContext, 'inForce'>, sha256: string): KeyEntry | undefined {
  const { keySets, findKey } = inForce();
  const entry = indexOf(keySets).get(sha256);
  if (entry !== undefined) return entry;
  const key = findKey(sha256);
  return key !== undefined && Object.keys(keySets).some((set) => opensSet(key, set)) ? key : undefined;
}

/** With its value of today; absent while it opens nothing. */
export function entryOfView(
  context: AdminContext,
  { id, source, namespace, name }: Pick<KeyView, 'id' | 'source' | 'namespace' | 'name'>,
): KeyEntry | undefined {
  if (source !== 'VirtualKey')
    return Object.values(context.inForce().keySets)
      .flatMap(({ keys }) => keys)
      .find((key) => key.id === id);
  const object = context.resources.get({ group: tollgateGroup, kind: source, namespace, name });
  const hash = object && readStoredKey(object).hash;
  const entry = hash === undefined ? undefined : keyInForce(context, hash);
  return entry?.id === id ? entry : undefined;
}

function indexOf(keySets: Readonly<Record<string, KeySet>>): Map<string, KeyEntry> {
  let index = indexes.get(keySets);
  if (index === undefined) {
    index = new Map();
    for (const { keys } of Object.values(keySets)) for (const key of keys) index.set(key.sha256, key);
    indexes.set(keySets, index);
  }
  return index;
}
