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

/** Of so many keys the ranks are looked at one by one; of more, what is kept beside each key has to do. */
const fewRanks = 2_000;

/** Whether keys are in the order of the last use that their statuses tell. */
export function goesByStatus({ by, ranks }: KeyOrder): boolean {
  return by === 'lastUsedAt' && (ranks === undefined || ranks.size > fewRanks);
}

export function compareBy(order: KeyOrder): (a: Found, b: Found) => number {
  const { by, descending, ranks } = order;
  const sign = descending ? -1 : 1;
  if (by === 'name') return (a, b) => sign * byName(a, b);
  if (by === 'owner') return (a, b) => sign * (compareText(a.owner, b.owner) || byName(a, b));
  const rank = ({ namespace, name, last_used }: Found) =>
    goesByStatus(order) ? last_used : (ranks?.get(`VirtualKey/${namespace}/${name}`) ?? 0);
  return (a, b) => sign * (rank(a) - rank(b)) || byName(a, b);
}
