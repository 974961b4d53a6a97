/** All keys, bit by bit, with other requests served in between. */
import { setImmediate as turn } from 'node:timers/promises';
import type { KeyFilter } from '../storage/key-directory.ts';
import type { AdminContext } from './context.ts';
import { entriesInObjects, type KeyView, textOf, viewOf } from './key-view.ts';

const portion = 500;

/** Those that `search` (in small letters) is found in: VirtualKeys in order of name, then those in Secrets and ConfigMaps. */
export async function* eachKey(context: AdminContext, search = ''): AsyncIterable<KeyView> {
  // Of shorter ones not all may be found.
  const isIndexed = search.length >= 3;
  const filter: KeyFilter = { ...(isIndexed && { search }), nowMs: context.nowMs() };
  let after = { name: '', namespace: '' };
  for (;;) {
    const found = context.resources.keys.findAfter(filter, after, portion);
    for (const object of found) {
      const view = viewOf(object, filter.nowMs);
      if (isIndexed || textOf(view).includes(search)) yield view;
    }
    const last = found.at(-1)?.metadata;
    if (last === undefined || found.length < portion) break;
    after = { name: last.name, namespace: last.namespace! };
    await turn();
  }
  for (const view of entriesInObjects(context)) if (textOf(view).includes(search)) yield view;
}
