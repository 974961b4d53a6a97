/** All objects in memory, by kind, with a bounded log of changes for watches; written through to a persistence. */
import type { KubeObject, ObjectRef } from '../../core/resources/object.ts';
import type { ResourceChange, ResourceEvent, ResourcePersistence, ResourceStore } from '../resource-store.ts';

/** About an hour of a busy day; each entry holds references to objects that are mostly alive anyway. */
const keptEvents = 4096;

export interface MemoryStoreOptions {
  persistence?: ResourcePersistence;
  /** Events kept for watches that resume; default 4096. */
  keptEvents?: number;
}

export function createResourceStore(options: MemoryStoreOptions = {}): ResourceStore {
  return new MemoryResourceStore(options);
}

interface KindTable {
  byName: Map<string, KubeObject>;
  /** Built on demand after a write. */
  sorted: readonly KubeObject[] | undefined;
}

class MemoryResourceStore implements ResourceStore {
  readonly #tables = new Map<string, KindTable>();
  readonly #listeners = new Set<(events: readonly ResourceEvent[]) => void>();
  readonly #persistence: ResourcePersistence | undefined;
  readonly #keptEvents: number;
  #log: ResourceEvent[] = [];
  #revision = 0;
  #oldest = 0;

  constructor(options: MemoryStoreOptions) {
    this.#persistence = options.persistence;
    this.#keptEvents = options.keptEvents ?? keptEvents;
    const loaded = options.persistence?.load();
    if (loaded === undefined) return;
    this.#revision = loaded.revision;
    this.#oldest = loaded.revision;
    for (const object of loaded.objects)
      this.#table(groupOf(object), object.kind).byName.set(key(object.metadata), object);
  }

  revision(): number {
    return this.#revision;
  }

  oldestRevision(): number {
    return this.#oldest;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#tables.get(`${ref.group}/${ref.kind}`)?.byName.get(key(ref));
  }

  list(group: string, kind: string): readonly KubeObject[] {
    const table = this.#tables.get(`${group}/${kind}`);
    if (table === undefined) return [];
    table.sorted ??= [...table.byName.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
    return table.sorted;
  }

  commit(changes: readonly ResourceChange[]): readonly ResourceEvent[] {
    const events = this.#plan(changes);
    if (events.length === 0) return events;
    this.#persistence?.save(events);
    for (const event of events) this.#apply(event);
    this.#revision = events.at(-1)!.revision;
    this.#log.push(...events);
    if (this.#log.length > this.#keptEvents * 1.25) this.#trim();
    for (const listener of [...this.#listeners]) listener(events);
    return events;
  }

  eventsSince(revision: number): readonly ResourceEvent[] | undefined {
    if (revision < this.#oldest) return undefined;
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#log[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#log.slice(low);
  }

  subscribe(listener: (events: readonly ResourceEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#persistence?.close();
  }

  /** One transaction may touch an object twice, so a later change sees what an earlier one in the same call leaves. */
  #plan(changes: readonly ResourceChange[]): ResourceEvent[] {
    const pending = new Map<string, KubeObject | undefined>();
    const events: ResourceEvent[] = [];
    for (const change of changes) {
      const ref = change.type === 'put' ? refOf(change.object) : change.ref;
      const id = `${ref.group}/${ref.kind}/${key(ref)}`;
      const previous = pending.has(id) ? pending.get(id) : this.get(ref);
      if (change.type === 'delete' && previous === undefined) continue;
      const revision = this.#revision + events.length + 1;
      const object = withRevision(change.type === 'put' ? change.object : previous!, revision);
      pending.set(id, change.type === 'put' ? object : undefined);
      const type = change.type === 'delete' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
      events.push({
        type,
        revision,
        group: ref.group,
        kind: ref.kind,
        object,
        ...(previous && { previous }),
      });
    }
    return events;
  }

  #apply(event: ResourceEvent): void {
    const table = this.#table(event.group, event.kind);
    table.sorted = undefined;
    if (event.type === 'DELETED') table.byName.delete(key(event.object.metadata));
    else table.byName.set(key(event.object.metadata), event.object);
  }

  #table(group: string, kind: string): KindTable {
    const id = `${group}/${kind}`;
    let table = this.#tables.get(id);
    if (table === undefined) {
      table = { byName: new Map(), sorted: undefined };
      this.#tables.set(id, table);
    }
    return table;
  }

  #trim(): void {
    const dropped = this.#log.length - this.#keptEvents;
    this.#oldest = this.#log[dropped - 1]!.revision;
    this.#log = this.#log.slice(dropped);
  }
}

/** NUL sorts below every character a name may hold, so namespace `a` is listed whole before `a-b`. */
function key(named: { namespace?: string; name: string }): string {
  return `${named.namespace ?? ''}\0${named.name}`;
}

function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { group: groupOf(object), kind: object.kind, ...(namespace !== undefined && { namespace }), name };
}

function groupOf(object: KubeObject): string {
  const slash = object.apiVersion.indexOf('/');
  return slash < 0 ? '' : object.apiVersion.slice(0, slash);
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
