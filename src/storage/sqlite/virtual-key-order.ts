/** Orders of VirtualKeys, of rows that are at hand. */
import type { KeyOrder } from '../key-directory.ts';
import { compareText } from '../listed-keys.ts';

/** A row of `virtual_key`. */
export interface Found {
  id: number;
  namespace: string;
  name: string;
  owner: string;
  last_used: number;
}

export const foundColumns = 'v.id, v.namespace, v.name, v.owner, v.last_used';

export function byName(a: Pick<Found, 'name' | 'namespace'>, b: Pick<Found, 'name' | 'namespace'>): number {
  return compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
}

export function compareBy({ by, descending, ranks }: KeyOrder): (a: Found, b: Found) => number {
  const sign = descending ? -1 : 1;
  if (by === 'name') return (a, b) => sign * byName(a, b);
  if (by === 'owner') return (a, b) => sign * (compareText(a.owner, b.owner) || byName(a, b));
  const rank = ({ namespace, name, last_used }: Found) =>
    by === 'lastUsedAt' ? last_used : (ranks?.get(`VirtualKey/${namespace}/${name}`) ?? 0);
  return (a, b) => sign * (rank(a) - rank(b)) || byName(a, b);
}
