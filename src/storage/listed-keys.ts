/** The directory of keys that are all in memory. */
import { factsOf, hasExpired, searchTextOf, stateOf } from '../core/config/key-facts.ts';
import type { VirtualKeySpec } from '../core/config/virtual-key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { KeyDirectory, KeyFilter, KeyOrder } from './key-directory.ts';

/** `list` gives all VirtualKeys; the array is replaced, never changed, when they change. */
export function listedKeys(list: () => readonly KubeObject[]): KeyDirectory {
  return {
    find: (filter, order, { offset, limit }) => {
      const found = list()
        .filter((object) => lets(filter, object))
        .sort(compareBy(order));
      return { objects: found.slice(offset, offset + limit), total: found.length };
    },
    findAfter: (filter, after, limit) => {
      const start = { metadata: after } as KubeObject;
      return list()
        .filter((object) => byName(object, start) > 0 && lets(filter, object))
        .sort(byName)
        .slice(0, limit);
    },
    byHash: (sha256) => hashesOf(list()).get(sha256),
  };
}

function lets({ search, status, team, nowMs }: KeyFilter, object: KubeObject): boolean {
  if (team !== undefined && object.metadata.labels?.['team'] !== team) return false;
  if (status !== undefined && statusOf(object, nowMs) !== status) return false;
  return search === undefined || searchTextOf(object).includes(search);
}

/** What the key itself says comes first; then what the controller found. */
export function statusOf(object: KubeObject, nowMs: number): NonNullable<KeyFilter['status']> {
  const state = stateOf(object);
  return state !== 'disabled' && hasExpired(object, nowMs) ? 'expired' : state;
}

type Compare = (a: KubeObject, b: KubeObject) => number;

function compareBy({ by, descending, ranks }: KeyOrder): Compare {
  const sign = descending ? -1 : 1;
  if (by === 'name') return (a, b) => sign * byName(a, b);
  if (by === 'owner') return (a, b) => sign * (compareText(ownerOf(a), ownerOf(b)) || byName(a, b));
  return (a, b) => sign * (rankOf(a, ranks) - rankOf(b, ranks)) || byName(a, b);
}

const byName: Compare = ({ metadata: a }, { metadata: b }) =>
  compareText(a.name, b.name) || compareText(a.namespace ?? '', b.namespace ?? '');

export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const ownerOf = (object: KubeObject) => ((object['spec'] as VirtualKeySpec).owner ?? '').toLowerCase();

const rankOf = ({ metadata }: KubeObject, ranks: KeyOrder['ranks']) =>
  ranks?.get(`VirtualKey/${metadata.namespace}/${metadata.name}`) ?? 0;

const indexes = new WeakMap<object, Map<string, KubeObject>>();

function hashesOf(all: readonly KubeObject[]): Map<string, KubeObject> {
  let index = indexes.get(all);
  if (index === undefined) {
    index = new Map();
    for (const object of all) {
      const { hash, previousHash } = factsOf(object);
      if (previousHash !== undefined && !index.has(previousHash)) index.set(previousHash, object);
      if (hash !== undefined) index.set(hash, object);
    }
    indexes.set(all, index);
  }
  return index;
}
