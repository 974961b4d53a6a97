/** The store of one request: what it commits is told as entries of the audit log. Statuses and bookkeeping are no changes. */
import { changesBetween } from '../core/audit/changes.ts';
import { nameOf } from '../core/config/objects.ts';
import type { NewAuditEntry } from '../storage/audit-log.ts';
import type { ResourceEvent, ResourceStore } from '../storage/resource-store.ts';

const actions = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' } as const;

export function auditedStore(
  store: ResourceStore,
  by: Pick<NewAuditEntry, 'actor' | 'role' | 'atMs'>,
  tell: (entries: readonly NewAuditEntry[]) => void,
): ResourceStore {
  let written: NewAuditEntry[] | undefined;
  return {
    shared: store.shared ?? false,
    get keys() {
      return store.keys;
    },
    revision: () => store.revision(),
    oldestRevision: () => store.oldestRevision(),
    get: (ref) => store.get(ref),
    list: (group, kind) => store.list(group, kind),
    eventsSince: (revision) => store.eventsSince(revision),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
    commit: (changes) => {
      const events = store.commit(changes);
      const entries = events.flatMap((event) => entryOf(event, by));
      if (written !== undefined) written.push(...entries);
      else if (entries.length > 0) tell(entries);
      return events;
    },
    write: async (operation) => {
      const result = await store.write(() => {
        // Run again, it writes anew.
        written = [];
        return operation();
      });
      if (written !== undefined && written.length > 0) tell(written);
      written = undefined;
      return result;
    },
  };
}

function entryOf(
  { type, object, previous }: ResourceEvent,
  by: Pick<NewAuditEntry, 'actor' | 'role' | 'atMs'>,
): NewAuditEntry[] {
  const changes =
    type === 'DELETED' ? changesBetween(previous ?? object, undefined) : changesBetween(previous, object);
  if (type === 'MODIFIED' && changes.length === 0) return [];
  return [{ ...by, action: actions[type], object: `${object.kind}/${nameOf(object)}`, changes }];
}
