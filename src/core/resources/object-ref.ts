/** What identifies an object, read from the object itself. */
import type { KubeObject, ObjectRef } from './object.ts';

export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { group: groupOf(object), kind: object.kind, ...(namespace !== undefined && { namespace }), name };
}

/** '' for the core group. */
export function groupOf({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
