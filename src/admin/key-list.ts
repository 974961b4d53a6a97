/** One page of all keys: VirtualKeys out of their directory, with the few in Secrets and ConfigMaps at their places among them. */
import type { KeyFilter, KeyOrder } from '../storage/key-directory.ts';
import { compareText } from '../storage/listed-keys.ts';
import type { AdminContext } from './context.ts';
import { entriesInObjects, type KeyView, textOf, viewOf } from './key-view.ts';

export interface KeyListing {
  items: KeyView[];
  total: number;
  /** There are more than `total`, which nobody has counted. */
  atLeast?: true;
}

type Compare = (a: KeyView, b: KeyView) => number;

export function listKeys(
  context: AdminContext,
  filter: Omit<KeyFilter, 'nowMs'>,
  order: KeyOrder,
  { offset, limit }: { offset: number; limit: number },
): KeyListing {
  const nowMs = context.nowMs();
  const compare = compareBy(order);
  const others = entriesInObjects(context)
    .filter((view) => lets(filter, view))
    .sort(compare);
  // So many at most are before the page because of the others among them.
  const first = Math.max(0, offset - others.length);
  const page = { offset: first, limit: limit + offset - first };
  const found = context.resources.keys.find({ ...filter, nowMs }, order, page);
  const own = found.objects.map((object) => viewOf(object, nowMs));
  const before = own[0] === undefined ? 0 : others.filter((one) => compare(one, own[0]!) < 0).length;
  const merged = first === 0 ? mergedBy(compare, own, others) : mergedBy(compare, own, others.slice(before));
  const start = first === 0 ? offset : offset - first - before;
  return {
    // Behind the last of the directory nothing is left that a page before has not had.
    items: first > 0 && own.length === 0 ? [] : merged.slice(start, start + limit),
    total: found.total + others.length,
    ...(found.atLeast && { atLeast: true }),
  };
}

/** Both are in order already; the directory's own order stays whatever `compare` says of it. */
function mergedBy(compare: Compare, own: readonly KeyView[], others: readonly KeyView[]): KeyView[] {
  const merged: KeyView[] = [];
  let next = 0;
  for (const view of own) {
    while (next < others.length && compare(others[next]!, view) < 0) merged.push(others[next++]!);
    merged.push(view);
  }
  return [...merged, ...others.slice(next)];
}

/** By name, ascending, from the one behind `after`. */
export function listKeysAfter(
  context: AdminContext,
  filter: Omit<KeyFilter, 'nowMs'>,
  after: { name: string; namespace: string },
  limit: number,
): KeyView[] {
  const nowMs = context.nowMs();
  const own = context.resources.keys.findAfter({ ...filter, nowMs }, after, limit);
  const start = { ...after, id: '' } as KeyView;
  const others = entriesInObjects(context).filter((view) => byPlace(view, start) > 0 && lets(filter, view));
  return [...own.map((object) => viewOf(object, nowMs)), ...others].sort(byName).slice(0, limit);
}

function lets({ search = '', status, team }: Omit<KeyFilter, 'nowMs'>, view: KeyView): boolean {
  return (
    (status === undefined || view.status === status) &&
    (team === undefined || view.labels['team'] === team) &&
    (search === '' || textOf(view).includes(search))
  );
}

const byPlace: Compare = (a, b) => compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
const byName: Compare = (a, b) => byPlace(a, b) || compareText(a.id, b.id);

/** As the directory orders them. */
function compareBy({ by, descending, ranks }: KeyOrder): Compare {
  const sign = descending ? -1 : 1;
  const ownerOf = ({ owner = '' }: KeyView) => owner.toLowerCase();
  const rankOf = ({ id }: KeyView) => ranks?.get(id) ?? 0;
  if (by === 'name') return (a, b) => sign * byName(a, b);
  if (by === 'owner') return (a, b) => sign * (compareText(ownerOf(a), ownerOf(b)) || byName(a, b));
  return (a, b) => sign * (rankOf(a) - rankOf(b)) || byName(a, b);
}
