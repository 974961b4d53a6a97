/** From the changes of a transaction to its events: what every store of resources does in the same way. */
import type { KubeObject, ObjectRef } from '../core/resources/object.ts';
import { refOf } from '../core/resources/object-ref.ts';
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
