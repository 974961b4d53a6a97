/** What becomes of VirtualKeys without one object: of the key itself, and of Gateways that no other key opens. */
import type { CompileSettings, KeysWithout } from '../core/config/consequences.ts';
import { placesOf, readStoredKey } from '../core/config/key-facts.ts';
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import type { AdminContext } from './context.ts';
import { tollgateGroup, viewOf } from './key-view.ts';
import { entryOfView } from './keys-in-force.ts';

/** So many are looked at for one that opens the same; with more there is one. */
const most = 10_000;
const pageSize = 500;

export function keysWithout(
  context: AdminContext,
  ref: ObjectRef,
  { keyBook }: Pick<CompileSettings, 'keyBook'>,
): KeysWithout {
  const opens: KeysWithout['opens'] = (namespace, gateway) => keyBook.opens(namespace, gateway);
  const key =
    ref.group === tollgateGroup && ref.kind === 'VirtualKey' ? context.resources.get(ref) : undefined;
  if (key === undefined) return { opens, stopped: [] };
  const view = viewOf(key, context.nowMs());
  const stopped = entryOfView(context, view) === undefined ? [] : [view.id];
  const own = placesIn(key);
  const others = placesOfOthers(context, key, own);
  if (others === undefined) return { opens, stopped };
  return {
    stopped,
    opens: (namespace, gateway) => {
      const places = [namespace, `${namespace}/${gateway}`];
      const isIts = places.some((place) => own.includes(place));
      return isIts ? places.some((place) => others.has(place)) : opens(namespace, gateway);
    },
  };
}

/** Places (`namespace`, or `namespace/name` of a Gateway); undefined once they are known to be all that the key opens. */
function placesOfOthers(
  { resources, nowMs }: AdminContext,
  { metadata }: KubeObject,
  own: readonly string[],
): Set<string> | undefined {
  const found = new Set<string>();
  let after = { name: '', namespace: '' };
  for (let seen = 0; seen < most; seen += pageSize) {
    const page = resources.keys.findAfter({ nowMs: nowMs() }, after, pageSize);
    for (const other of page) {
      const { name, namespace = '' } = other.metadata;
      after = { name, namespace };
      if (name === metadata.name && namespace === metadata.namespace) continue;
      for (const place of placesIn(other)) found.add(place);
    }
    if (own.every((place) => found.has(place))) return undefined;
    if (page.length < pageSize) return found;
  }
  return undefined;
}

const placesIn = (object: KubeObject) => placesOf(readStoredKey(object));
