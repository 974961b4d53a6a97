/** From the changes of a transaction to its events: what every store of resources does in the same way. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import { groupOf, refOf } from '../core/resources/object-ref.ts';
import type { ResourceChange, ResourceEvent } from './resource-store.ts';

/**
 * The events of `changes` after `revision`. One transaction may touch an object twice: a later change sees what an earlier one
 * leaves, everything else comes from `get`.
 */
export function planChanges(
  changes: readonly ResourceChange[],
  revision: number,
  get: (ref: ObjectRef) => KubeObject | undefined,
): ResourceEvent[] {
  const pending = new Map<string, KubeObject | undefined>();
  const events: ResourceEvent[] = [];
  for (const change of changes) {
    const ref = change.type === 'put' ? refOf(change.object) : change.ref;
    const id = refKey(ref);
    const previous = pending.has(id) ? pending.get(id) : get(ref);
    if (change.type === 'delete' && previous === undefined) continue;
    const next = revision + events.length + 1;
    const object = withRevision(change.type === 'put' ? change.object : previous!, next);
    pending.set(id, change.type === 'put' ? object : undefined);
    const type = change.type === 'delete' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    const { group, kind } = ref;
    events.push({ type, revision: next, group, kind, object, ...(previous && { previous }) });
  }
  return events;
}

/** Changes that happened elsewhere, in their order, as events: each with what was before, which is as in `planChanges`. */
export function eventsOfChanges(
  changes: readonly ResourceEvent[],
  get: (ref: ObjectRef) => KubeObject | undefined,
): ResourceEvent[] {
  const pending = new Map<string, KubeObject | undefined>();
  return changes.map((change) => {
    const ref = refOf(change.object);
    const id = refKey(ref);
    const previous = pending.has(id) ? pending.get(id) : get(ref);
    pending.set(id, change.type === 'DELETED' ? undefined : change.object);
    return { ...change, ...(previous && { previous }) };
  });
}

/** What makes `after` of `before`, in the order of revisions; what is gone went with `revision`, the last. */
export function differences(
  before: Iterable<KubeObject>,
  after: readonly KubeObject[],
  revision: number,
): ResourceEvent[] {
  const gone = new Map([...before].map((object) => [refKey(refOf(object)), object]));
  const changed: ResourceEvent[] = [];
  for (const object of after) {
    const previous = gone.get(refKey(refOf(object)));
    gone.delete(refKey(refOf(object)));
    if (previous !== undefined && isDeepStrictEqual(previous, object)) continue;
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    changed.push({ ...eventOf(type, object), ...(previous && { previous }) });
  }
  changed.sort((a, b) => a.revision - b.revision);
  for (const object of gone.values())
    changed.push({ ...eventOf('DELETED', object), revision, previous: object });
  return changed;
}

function eventOf(type: ResourceEvent['type'], object: KubeObject): ResourceEvent {
  const revision = Number(object.metadata.resourceVersion);
  return { type, revision, group: groupOf(object), kind: object.kind, object };
}

/** One for each object there can be. */
export function refKey(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${nameKey(ref)}`;
}

/** NUL sorts below every character a name may hold, so namespace `a` is listed whole before `a-b`. */
export function nameKey(named: { namespace?: string; name: string }): string {
  return `${named.namespace ?? ''}\0${named.name}`;
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
