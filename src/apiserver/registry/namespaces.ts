/** Namespaces: those that are always there, those made when something is written into them, and how one goes. */
import type { KubeObject } from '../../core/resources/object.ts';
import { refOf } from '../../core/resources/object-ref.ts';
import { eachOf } from '../../storage/resource-pages.ts';
import type { ResourceChange } from '../../storage/resource-store.ts';
import { forbidden } from '../status-error.ts';
import { type RegistryContext, timestamp } from './context.ts';

/** What a cluster with agentgateway and its rate limiter has; they exist from the first start. */
export const initialNamespaces = ['default', 'kube-system', 'agentgateway-system', 'ratelimit'];
const permanent = new Set(['default', 'kube-system']);
const resource = { group: '', plural: 'namespaces' };

/**
 * The change that makes the namespace, when it is not there: a laptop has no administrator to ask for one.
 * Throws 403 for a namespace that is on its way out.
 */
export function namespaceOnDemand(
  context: RegistryContext,
  name: string,
  warnings: string[],
): ResourceChange[] {
  const found = context.store.get({ group: '', kind: 'Namespace', name });
  if (found?.metadata.deletionTimestamp !== undefined) {
    throw forbidden(
      resource,
      name,
      `unable to create new content in namespace ${name} because it is being terminated`,
    );
  }
  if (found !== undefined) return [];
  warnings.push(`namespace "${name}" did not exist and has been created`);
  return [{ type: 'put', object: newNamespace(context, name) }];
}

export function createInitialNamespaces(context: RegistryContext): void {
  const missing = initialNamespaces.filter(
    (name) => context.store.get({ group: '', kind: 'Namespace', name }) === undefined,
  );
  context.store.commit(missing.map((name) => ({ type: 'put', object: newNamespace(context, name) })));
}

/** Throws 403 for the namespaces that everything else relies on. */
export function checkNamespaceMayGo(name: string): void {
  if (permanent.has(name)) throw forbidden(resource, name, 'this namespace may not be deleted');
}

/** Everything inside: removed at once, or marked for deletion when a finalizer holds it. */
export function emptyNamespace(
  context: RegistryContext,
  namespace: string,
): { changes: ResourceChange[]; held: boolean } {
  const changes: ResourceChange[] = [];
  let held = false;
  for (const object of contentsOf(context, namespace)) {
    if ((object.metadata.finalizers ?? []).length === 0) changes.push(deletionOf(object));
    else {
      held = true;
      if (object.metadata.deletionTimestamp === undefined)
        changes.push({ type: 'put', object: markDeleted(context, object) });
    }
  }
  return { changes, held };
}

export function* contentsOf(context: RegistryContext, namespace: string): Iterable<KubeObject> {
  for (const kind of context.kinds) if (kind.namespaced) yield* eachOf(context.store, kind, namespace);
}

export function markDeleted(context: RegistryContext, object: KubeObject): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: timestamp(context),
      deletionGracePeriodSeconds: 0,
    } as KubeObject['metadata'],
  };
}

export function deletionOf(object: KubeObject): ResourceChange {
  return { type: 'delete', ref: refOf(object) };
}

function newNamespace(context: RegistryContext, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: context.newUid(),
      creationTimestamp: timestamp(context),
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
