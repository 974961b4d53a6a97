/** What a configuration file stands for, beside the objects of an API: seen by all, changed by the file alone. */
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

export class FileObjects {
  #byKind = new Map<string, KubeObject[]>();
  readonly #listeners = new Set<(changed: { group: string; kind: string }) => void>();

  /** An object that was there before keeps when it was made and its status. */
  replace(objects: readonly KubeObject[], nowRfc3339: string): void {
    const before = new Map([...this.#byKind.values()].flat().map((object) => [object.metadata.uid, object]));
    const next = new Map<string, KubeObject[]>();
    for (const object of objects) {
      const old = before.get(object.metadata.uid);
      const creationTimestamp = old?.metadata.creationTimestamp ?? nowRfc3339;
      const kept = { ...object, metadata: { ...object.metadata, creationTimestamp }, ...statusOf(old) };
      const id = kindId(groupOf(object), object.kind);
      next.set(id, [...(next.get(id) ?? []), kept as KubeObject]);
    }
    const changed = new Set([...this.#byKind.keys(), ...next.keys()]);
    this.#byKind = next;
    for (const id of changed) for (const listener of [...this.#listeners]) listener(partsOf(id));
  }

  list(group: string, kind: string): readonly KubeObject[] {
    return this.#byKind.get(kindId(group, kind)) ?? none;
  }

  get({ group, kind, namespace, name }: ObjectRef): KubeObject | undefined {
    return this.list(group, kind).find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
  }

  onChange(listener: (changed: { group: string; kind: string }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** False when it is none of the file's. */
  setStatus(object: KubeObject, status: Record<string, unknown>): boolean {
    const id = kindId(groupOf(object), object.kind);
    const all = this.#byKind.get(id) ?? [];
    const index = all.findIndex(({ metadata }) => metadata.uid === object.metadata.uid);
    if (index < 0) return false;
    this.#byKind.set(id, all.with(index, { ...all[index]!, status }));
    return true;
  }
}

const none: readonly KubeObject[] = [];

/** The source with the file's objects in it: what the controller compiles. */
export function sourceWithFile(source: ResourceSource, files: FileObjects): ResourceSource {
  return {
    start: () => source.start(),
    stop: () => source.stop(),
    list: joinedLists(source, files),
    onChange: (listener) => {
      const ends = [source.onChange(listener), files.onChange(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    writeStatus: async (object, status) => {
      if (!files.setStatus(object, status)) await source.writeStatus(object, status);
    },
    ensure: (object) => source.ensure(object),
    remove: (ref) => source.remove(ref),
  };
}

/** The admin API's way: the file's objects are shown, and not changed here. */
export function accessWithFile(access: ResourceAccess, files: FileObjects): ResourceAccess {
  const refuse = (ref: ObjectRef) => {
    if (files.get(ref) === undefined) return;
    const message = `${ref.kind} ${ref.name} is in the configuration file: change it there`;
    throw new ResourceRefused(409, 'Conflict', message);
  };
  return {
    list: joinedLists(access, files),
    get: (ref) => files.get(ref) ?? access.get(ref),
    create: async (object, options) => {
      refuse(refOf(object));
      return access.create(object, options);
    },
    update: async (object, options) => {
      refuse(refOf(object));
      return access.update(object, options);
    },
    delete: async (ref) => {
      refuse(ref);
      return access.delete(ref);
    },
  };
}

/** Joined once for each state of both: lists may be long, and are asked for often. */
function joinedLists(
  { list }: Pick<ResourceSource, 'list'>,
  files: FileObjects,
): (group: string, kind: string) => readonly KubeObject[] {
  const kept = new Map<
    string,
    { api: readonly KubeObject[]; file: readonly KubeObject[]; all: KubeObject[] }
  >();
  return (group, kind) => {
    const api = list(group, kind);
    const file = files.list(group, kind);
    if (file.length === 0) return api;
    const id = kindId(group, kind);
    const known = kept.get(id);
    if (known?.api === api && known.file === file) return known.all;
    const all = [...api, ...file];
    kept.set(id, { api, file, all });
    return all;
  };
}

function statusOf(object: KubeObject | undefined): { status?: unknown } {
  return object?.['status'] === undefined ? {} : { status: object['status'] };
}

function kindId(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function partsOf(id: string): { group: string; kind: string } {
  const slash = id.indexOf('/');
  return { group: id.slice(0, slash), kind: id.slice(slash + 1) };
}

function groupOf({ apiVersion }: KubeObject): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}

function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { group: groupOf(object), kind: object.kind, ...(namespace !== undefined && { namespace }), name };
}
