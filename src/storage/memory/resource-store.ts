/** All objects in memory, by kind, with a bounded log of changes for watches; written through to a persistence. */
import type { KubeObject, ObjectRef } from '../../core/resources/object.ts';
import { groupOf } from '../../core/resources/object-ref.ts';
import { nameKey, planChanges } from '../resource-changes.ts';
import { isVirtualKey, listAll } from '../resource-pages.ts';
import type { ResourceChange, ResourceEvent, ResourcePersistence, ResourceStore } from '../resource-store.ts';
import type { StoredKeys } from '../stored-keys.ts';

/** About an hour of a busy day; each entry holds references to objects that are mostly alive anyway. */
const keptEvents = 4096;

export interface MemoryStoreOptions {
  /** VirtualKeys, when somebody else keeps them; default: those of `persistence`. */
  keys?: StoredKeys;
  persistence?: ResourcePersistence;
  /** Events kept for watches that resume; default 4096. */
  keptEvents?: number;
}

export function createResourceStore(options: MemoryStoreOptions = {}): ResourceStore {
  return new MemoryResourceStore(options);
}

interface KindTable {
  byName: Map<string, KubeObject>;
  /** Built on demand; brought up to date at the next list after a write. */
  sorted: readonly KubeObject[] | undefined;
  /** Names written since. */
  written: Set<string>;
}

/** More writes than this and sorting anew is quicker. */
const maxSplices = 32;

export class MemoryResourceStore implements ResourceStore {
  readonly #tables = new Map<string, KindTable>();
  readonly #listeners = new Set<(events: readonly ResourceEvent[]) => void>();
  readonly keys: StoredKeys | undefined;
  readonly #persistence: ResourcePersistence | undefined;
  readonly #keptEvents: number;
  #log: ResourceEvent[] = [];
  #revision = 0;
  #oldest = 0;

  constructor(options: MemoryStoreOptions) {
    this.#persistence = options.persistence;
    this.keys = options.keys ?? options.persistence?.keys;
    this.#keptEvents = options.keptEvents ?? keptEvents;
    const loaded = options.persistence?.load();
    if (loaded === undefined) return;
    this.#revision = loaded.revision;
    this.#oldest = loaded.revision;
    for (const object of loaded.objects)
      this.#table(groupOf(object), object.kind).byName.set(nameKey(object.metadata), object);
  }

  revision(): number {
    return this.#revision;
  }

  oldestRevision(): number {
    return this.#oldest;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    if (this.keys !== undefined && isVirtualKey(ref)) return this.keys.get(ref);
    return this.#tables.get(`${ref.group}/${ref.kind}`)?.byName.get(nameKey(ref));
  }

  list(group: string, kind: string): readonly KubeObject[] {
    if (this.keys !== undefined && isVirtualKey({ group, kind })) return listAll(this.keys);
    const table = this.#tables.get(`${group}/${kind}`);
    if (table === undefined) return [];
    if (table.sorted === undefined || table.written.size > maxSplices)
      table.sorted = [...table.byName.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object);
    else if (table.written.size > 0) table.sorted = spliced(table.sorted, table);
    table.written.clear();
    return table.sorted;
  }

  *all(): Iterable<KubeObject> {
    for (const { byName } of this.#tables.values()) yield* byName.values();
  }

  commit(changes: readonly ResourceChange[]): readonly ResourceEvent[] {
    const events = planChanges(changes, this.#revision, (ref) => this.get(ref));
    if (events.length === 0) return events;
    this.#persistence?.save(events);
    this.adopt(events);
    return events;
  }

  write<T>(operation: () => T): T {
    return operation();
  }

  /** Takes in what is durable already, in the order of its revisions. */
  adopt(events: readonly ResourceEvent[]): void {
    for (const event of events) this.#apply(event);
    this.#revision = events.at(-1)!.revision;
    for (const event of events) this.#log.push(event);
    if (this.#log.length > this.#keptEvents * 1.25) this.#trim();
    this.tell(events);
  }

  /** Of what is no change since the revision before, and of no use to a watch that resumes. */
  tell(events: readonly ResourceEvent[]): void {
    for (const listener of [...this.#listeners]) listener(events);
  }

  /** Nothing before is known any more: watches from earlier revisions have expired. */
  forget(revision: number): void {
    this.#log = [];
    this.#oldest = revision;
    this.#revision = revision;
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

  #apply(event: ResourceEvent): void {
    if (this.keys !== undefined && isVirtualKey(event)) return;
    const table = this.#table(event.group, event.kind);
    table.written.add(nameKey(event.object.metadata));
    if (event.type === 'DELETED') table.byName.delete(nameKey(event.object.metadata));
    else table.byName.set(nameKey(event.object.metadata), event.object);
  }

  #table(group: string, kind: string): KindTable {
    const id = `${group}/${kind}`;
    let table = this.#tables.get(id);
    if (table === undefined) {
      table = { byName: new Map(), sorted: undefined, written: new Set() };
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

/** A copy with the few names that were written at their places. */
function spliced(sorted: readonly KubeObject[], { byName, written }: KindTable): KubeObject[] {
  const next = [...sorted];
  for (const name of written) {
    const at = placeOf(next, name);
    const found = next[at] !== undefined && nameKey(next[at].metadata) === name;
    const object = byName.get(name);
    if (object === undefined) next.splice(at, found ? 1 : 0);
    else next.splice(at, found ? 1 : 0, object);
  }
  return next;
}

/** Of the first that is not before `name`. */
function placeOf(sorted: readonly KubeObject[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nameKey(sorted[middle]!.metadata) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
