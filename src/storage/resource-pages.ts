/** Objects of a kind page by page, wherever a store keeps them. */
import type { KubeObject } from '../core/resources/object.ts';
import type { ResourceStore } from './resource-store.ts';
import type { PageStart, StoredKeys } from './stored-keys.ts';

const pageSize = 500;

export function isVirtualKey({ group, kind }: { group: string; kind: string }): boolean {
  return kind === 'VirtualKey' && group === 'tollgate.dev';
}

/** The keys of a store that does not have them in memory, when it is them that the kind names. */
export function storedKeysOf(
  { keys }: Pick<ResourceStore, 'keys'>,
  kind: { group: string; kind: string },
): StoredKeys | undefined {
  return keys !== undefined && isVirtualKey(kind) ? keys : undefined;
}

/** All of a kind (in one namespace), read bit by bit: nobody holds more than a page. What is written meanwhile may be among them. */
export function* eachOf(
  store: Pick<ResourceStore, 'keys' | 'list'>,
  kind: { group: string; kind: string },
  namespace?: string,
): Iterable<KubeObject> {
  const stored = storedKeysOf(store, kind);
  if (stored !== undefined) for (const page of pagesOf(stored, namespace)) yield* page;
  else
    for (const object of store.list(kind.group, kind.kind))
      if (namespace === undefined || object.metadata.namespace === namespace) yield object;
}

/** Of a kind at least those that have a label of this value; of keys on disk no more than those that mention it. */
export function* eachLabelled(
  store: Pick<ResourceStore, 'keys' | 'list'>,
  kind: { group: string; kind: string },
  value: string,
): Iterable<KubeObject> {
  const stored = storedKeysOf(store, kind);
  if (stored === undefined) return yield* store.list(kind.group, kind.kind);
  let after = { name: '', namespace: '' };
  for (;;) {
    const page = stored.findAfter({ search: value.toLowerCase(), nowMs: 0 }, after, pageSize);
    yield* page;
    const last = page.at(-1)?.metadata;
    if (last === undefined || page.length < pageSize) return;
    after = { name: last.name, namespace: last.namespace! };
  }
}

/** Behind `start`; none is empty. */
export function* pagesOf(
  keys: StoredKeys,
  namespace?: string,
  start?: PageStart['after'],
): Iterable<KubeObject[]> {
  let after = start;
  for (;;) {
    const page = keys.page({
      ...(namespace !== undefined && { namespace }),
      ...(after && { after }),
      limit: pageSize,
    });
    if (page.length > 0) yield page;
    const last = page.at(-1)?.metadata;
    if (last === undefined || page.length < pageSize) return;
    after = { namespace: last.namespace!, name: last.name };
  }
}

export function listAll(keys: StoredKeys): KubeObject[] {
  return [...pagesOf(keys)].flat();
}
