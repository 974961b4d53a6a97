/** Makes a set of objects what it should be: written whole, and those that are in it no more are deleted. All or nothing. */
import type { KubeObject } from '../core/resources/object.ts';
import { eachLabelled } from '../storage/resource-pages.ts';
import type { RegistryContext } from './registry/context.ts';
import { deleteObject } from './registry/delete.ts';
import { kindOfObject } from './registry/kind-of.ts';
import { decodeAs } from './registry/metadata.ts';
import { createObject, refTo, updateObject } from './registry/write.ts';

/**
 * `label` marks the set; its value has three characters at least. Strictly validated before anything is written: throws `StatusError` at the first object that is
 * refused. Returns warnings.
 */
export function replaceObjects(
  registry: RegistryContext,
  label: readonly [name: string, value: string],
  objects: readonly KubeObject[],
): string[] {
  const warnings: string[] = [];
  write(registry, objects, [], true);
  write(registry, objects, warnings, false);
  const kept = new Set(objects.map(idOf));
  for (const kind of registry.kinds) {
    for (const object of eachLabelled(registry.store, kind, label[1])) {
      if (object.metadata.labels?.[label[0]] !== label[1] || kept.has(idOf(object))) continue;
      deleteObject(registry, kind, object.metadata, {});
    }
  }
  return warnings;
}

function write(
  registry: RegistryContext,
  objects: readonly KubeObject[],
  warnings: string[],
  dryRun: boolean,
): void {
  const options = {
    fieldManager: 'tollgate-standalone',
    fieldValidation: 'Strict' as const,
    warnings,
    dryRun,
  };
  for (const object of objects) {
    const kind = kindOfObject(registry, object);
    const decoded = decodeAs(kind, object, {});
    const live = registry.store.get(refTo(kind, decoded.metadata));
    if (live === undefined) createObject(registry, kind, decoded, options);
    else updateObject(registry, kind, decoded, options);
  }
}

function idOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
