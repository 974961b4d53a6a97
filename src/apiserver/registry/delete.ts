/** Deletion: at once, unless a finalizer holds the object; a Namespace takes its contents with it. */
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceChange } from '../../storage/resource-store.ts';
import { conflict, deleted, notFound, type Status } from '../status-error.ts';
import type { ObjectName, RegistryContext } from './context.ts';
import { checkNamespaceMayGo, contentsOf, deletionOf, emptyNamespace, markDeleted } from './namespaces.ts';

export interface DeleteOptions {
  dryRun?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** These answer with the object they deleted, all others with a Status. */
const answersObject = new Set(['/Namespace', '/Pod', '/Service', '/ServiceAccount']);

export function deleteObject(
  context: RegistryContext,
  kind: KindDefinition,
  name: ObjectName,
  options: DeleteOptions = {},
): KubeObject | Status {
  const ref = {
    group: kind.group,
    kind: kind.kind,
    ...(kind.namespaced && { namespace: name.namespace! }),
    name: name.name,
  };
  const live = context.store.get(ref);
  if (live === undefined) throw notFound(kind, name.name);
  checkPreconditions(kind, live, options);
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  if (isNamespace) checkNamespaceMayGo(name.name);
  const { changes, last } = isNamespace ? namespaceRemoval(context, live) : removal(context, kind, live);
  if (options.dryRun !== true) context.store.commit(changes);
  if ((last.metadata.finalizers ?? []).length > 0 || answersObject.has(`${kind.group}/${kind.kind}`)) {
    return context.store.get(ref) ?? last;
  }
  return deleted(kind, name.name, live.metadata.uid);
}

function checkPreconditions(kind: KindDefinition, live: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion, name } = live.metadata;
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`;
    throw conflict(kind, name, why);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(kind, name, why);
  }
}

interface Removal {
  changes: ResourceChange[];
  /** The object as the client sees it last. */
  last: KubeObject;
}

function removal(context: RegistryContext, kind: KindDefinition, live: KubeObject): Removal {
  if ((live.metadata.finalizers ?? []).length === 0) {
    return { changes: removalChanges(context, kind, live), last: live };
  }
  if (live.metadata.deletionTimestamp !== undefined) return { changes: [], last: live };
  const marked = markDeleted(context, live);
  return { changes: [{ type: 'put', object: marked }], last: marked };
}

function namespaceRemoval(context: RegistryContext, live: KubeObject): Removal {
  const last = { ...markDeleted(context, live), status: { phase: 'Terminating' } };
  const { changes, held } = emptyNamespace(context, live.metadata.name);
  const finalizers = (live.metadata.finalizers ?? []).length > 0;
  if (held || finalizers) return { changes: [{ type: 'put', object: last }, ...changes], last };
  return { changes: [{ type: 'put', object: last }, ...changes, deletionOf(live)], last };
}

/** Removes the object, and its namespace with it when that was only waiting for it. */
export function removalChanges(
  context: RegistryContext,
  kind: KindDefinition,
  object: KubeObject,
): ResourceChange[] {
  const changes = [deletionOf(object)];
  const namespace = object.metadata.namespace;
  if (!kind.namespaced || namespace === undefined) return changes;
  const owner = context.store.get({ group: '', kind: 'Namespace', name: namespace });
  if (owner?.metadata.deletionTimestamp === undefined) return changes;
  for (const { metadata } of contentsOf(context, namespace))
    if (metadata.uid !== object.metadata.uid) return changes;
  return [...changes, deletionOf(owner)];
}
