/** A snapshot's key sets together with the VirtualKeys that are looked up apart from it, for whoever lists keys. */
import { isSetOfVirtualKeys, opensSet } from './key-set-names.ts';
import type { KeySet, SharedKey } from './snapshot.ts';

/** `keys` are read once, when a set of theirs is first asked for: with very many it takes a while. */
export function joinKeys(
  keySets: Readonly<Record<string, KeySet>>,
  keys: () => Iterable<SharedKey>,
): Readonly<Record<string, KeySet>> {
  const joined: Record<string, KeySet> = {};
  let all: SharedKey[] | undefined;
  for (const [name, set] of Object.entries(keySets)) {
    if (!isSetOfVirtualKeys(name)) {
      joined[name] = set;
      continue;
    }
    let own: KeySet | undefined;
    Object.defineProperty(joined, name, {
      enumerable: true,
      get: () => {
        all ??= [...keys()];
        own ??= { keys: all.filter((key) => opensSet(key, name)) };
        return own;
      },
    });
  }
  return joined;
}
