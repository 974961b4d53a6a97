/** Applies objects as `kubectl apply` would, in process: created, or joined with what is there. */
import type { KubeObject } from '../core/resources/object.ts';
import { mergePatch } from './patch/merge-patch.ts';
import type { RegistryContext } from './registry/context.ts';
import { kindOfObject } from './registry/kind-of.ts';
import { decodeAs } from './registry/metadata.ts';
import { createObject, refTo, updateObject } from './registry/write.ts';

const fieldManager = 'tollgate';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Strictly validated; throws `StatusError` at the first object that is refused, with those before it applied. Each object
 * carries kubectl's annotation, so that a later `kubectl apply` of the same file can tell what to remove. Returns warnings.
 */
export function applyObjects(registry: RegistryContext, objects: readonly KubeObject[]): string[] {
  const warnings: string[] = [];
  const options = { fieldManager, fieldValidation: 'Strict' as const, warnings };
  for (const object of objects) {
    const kind = kindOfObject(registry, object);
    const decoded = decodeAs(kind, annotated(object), {});
    const live = registry.store.get(refTo(kind, decoded.metadata));
    if (live === undefined) createObject(registry, kind, decoded, options);
    else updateObject(registry, kind, mergePatch(live, decoded) as KubeObject, options);
  }
  return warnings;
}

function annotated(object: KubeObject): KubeObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const { [lastApplied]: _, ...own } = annotations;
  const text = `${JSON.stringify({ ...object, metadata: { annotations: own, ...metadata } })}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...own, [lastApplied]: text } } };
}
