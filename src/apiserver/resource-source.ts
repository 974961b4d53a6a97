/** The controller's view of the embedded store: in process, without a copy, through the same admission as every client. */
import { isDeepStrictEqual } from 'node:util';
import { nameOf } from '../core/config/objects.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { KindChange, ResourceSource } from '../storage/resource-source.ts';
import type { ResourceChange, ResourceEvent } from '../storage/resource-store.ts';
import type { RegistryContext } from './registry/context.ts';
import { deleteObject } from './registry/delete.ts';
import { kindByName, kindOfObject } from './registry/kind-of.ts';
import { decodeAs } from './registry/metadata.ts';
import { createObject, planUpdate, refTo, updateObject } from './registry/write.ts';

const fieldManager = 'tollgate';

export function createEmbeddedResourceSource(registry: RegistryContext): ResourceSource {
  const { store } = registry;
  const listeners = new Set<(changed: KindChange) => void>();
  const pending = new Map<string, KindChange & { objects: Map<string, KubeObject | undefined> }>();
  let unsubscribe = () => {};
  /** What this process says of an object changes nothing of what it means: such writes wake nobody. */
  let tellingStatus = false;

  /** One call per kind and turn of the event loop, however many objects an `apply` writes in it. */
  function flush(): void {
    const changed = [...pending.values()];
    pending.clear();
    for (const kind of changed) for (const listener of [...listeners]) listener(kind);
  }

  const tell = (writes: readonly StatusWrite[]) =>
    store.write(() => {
      tellingStatus = true;
      try {
        store.commit(writes.flatMap(({ object, status }) => statusChanges(registry, object, status)));
      } finally {
        tellingStatus = false;
      }
    });

  return {
    ...(store.keys && { keys: store.keys }),
    start: async () => {
      unsubscribe = store.subscribe((events) => {
        if (tellingStatus) return;
        const news = store.shared === true ? events.filter((event) => !isStatusOnly(event)) : events;
        if (news.length > 0 && pending.size === 0) setImmediate(flush);
        for (const { group, kind, object, type } of news) {
          const id = `${group}/${kind}`;
          const changed = pending.get(id) ?? { group, kind, objects: new Map() };
          changed.objects.set(nameOf(object), type === 'DELETED' ? undefined : object);
          pending.set(id, changed);
        }
      });
    },
    stop: async () => {
      unsubscribe();
      listeners.clear();
    },
    list: (group, kind) => store.list(group, kind),
    get: (ref) => store.get(ref),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    writeStatus: async (object, status) => tell([{ object, status }]),
    writeStatuses: async (writes) => tell(writes),
    ensure: async (object) => store.write(() => ensure(registry, object)),
    remove: async (ref) =>
      store.write(() => {
        const kind = kindByName(registry, ref.group, ref.kind);
        if (store.get(refTo(kind, ref)) !== undefined) deleteObject(registry, kind, ref);
      }),
  };
}

/** Of whichever replica: what it says of an object changes nothing of what it means. */
function isStatusOnly({ type, object, previous }: ResourceEvent): boolean {
  return (
    type === 'MODIFIED' && previous !== undefined && isDeepStrictEqual(meaning(object), meaning(previous))
  );
}

function meaning({ status: _, metadata, ...rest }: KubeObject): unknown {
  const { resourceVersion: __, managedFields: ___, ...named } = metadata;
  return { ...rest, metadata: named };
}

function statusChanges(
  registry: RegistryContext,
  object: KubeObject,
  status: Record<string, unknown>,
): ResourceChange[] {
  const kind = kindOfObject(registry, object);
  const live = registry.store.get(refTo(kind, object.metadata));
  if (live === undefined || live.metadata.uid !== object.metadata.uid) return [];
  const options = { fieldManager, subresource: 'status' as const, warnings: [] };
  return planUpdate(registry, kind, { ...live, status }, options);
}

/** Fields that the object does not name are left alone; those of spec, data and status that it names are made equal. */
function ensure(registry: RegistryContext, object: KubeObject): void {
  const kind = kindOfObject(registry, object);
  const given = decodeAs(kind, object, {});
  const live = registry.store.get(refTo(kind, given.metadata));
  const options = { fieldManager, fieldValidation: 'Ignore' as const, warnings: [] };
  if (live === undefined) {
    createObject(registry, kind, given, options);
  } else {
    const { labels, annotations, ownerReferences } = given.metadata;
    const { metadata: _, status: __, ...content } = given;
    const metadata = {
      ...live.metadata,
      labels: { ...live.metadata.labels, ...labels },
      annotations: { ...live.metadata.annotations, ...annotations },
      ...(ownerReferences !== undefined && { ownerReferences }),
    };
    updateObject(registry, kind, { ...live, ...content, metadata }, options);
  }
  const status = given['status'] as Record<string, unknown> | undefined;
  if (status !== undefined) ensureStatus(registry, given, status);
}

function ensureStatus(registry: RegistryContext, given: KubeObject, status: Record<string, unknown>): void {
  const live = registry.store.get(refTo(kindOfObject(registry, given), given.metadata));
  if (live !== undefined && !isDeepStrictEqual(live['status'], status))
    registry.store.commit(statusChanges(registry, live, status));
}
