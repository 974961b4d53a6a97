/** Server-side apply through the registry: the joined object is created or written like any other. */
import { apiVersionOf, type KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { prune } from '../../core/resources/prune.ts';
import { type ApplyConflict, applyPatch } from '../patch/server-side-apply.ts';
import { conflict, modifiedSince, notFound, StatusError } from '../status-error.ts';
import { type RegistryContext, timestamp, type WriteOptions } from './context.ts';
import { createObject, refTo, updateObject } from './write.ts';

/** Throws 409 with one cause per field that another manager owns, unless `force`. */
export function applyObject(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: WriteOptions & { force: boolean },
): { object: KubeObject; created: boolean } {
  const live = context.store.get(refTo(kind, given.metadata));
  const { name, resourceVersion } = given.metadata;
  if (live === undefined && options.subresource !== undefined) throw notFound(kind, name);
  if (resourceVersion !== undefined && resourceVersion !== live?.metadata.resourceVersion) {
    throw conflict(kind, name, modifiedSince);
  }
  const result = applyPatch({
    live: live as Record<string, unknown> | undefined,
    applied: ownedPart(kind, given, options),
    managedFields: live?.metadata.managedFields ?? [],
    schema: kind.schema,
    manager: options.fieldManager,
    apiVersion: apiVersionOf(kind),
    force: options.force,
    nowRfc3339: timestamp(context),
    ...(options.subresource !== undefined && { subresource: options.subresource }),
  });
  if (!result.ok) throw applyConflict(result.conflicts);
  const strict = unknownFields(kind, given);
  const write = {
    ...options,
    keepManagedFields: true,
    decodingErrors: [...(options.decodingErrors ?? []), ...strict],
  };
  const joined = result.object as KubeObject;
  const object = { ...joined, metadata: { ...joined.metadata, managedFields: result.managedFields } };
  if (live === undefined) return { object: createObject(context, kind, object, write), created: true };
  return { object: updateObject(context, kind, object, write), created: false };
}

/** What the client owns: fields the kind has, only status for the status subresource and all but status otherwise. */
function ownedPart(kind: KindDefinition, given: KubeObject, options: WriteOptions): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
  prune(copy, kind.schema, '', () => {});
  if (!kind.hasStatus) return copy;
  if (options.subresource === undefined) {
    const { status: _, ...rest } = copy;
    return rest;
  }
  const { apiVersion, kind: kindName, metadata, status } = copy;
  return { apiVersion, kind: kindName, metadata, ...(status !== undefined && { status }) };
}

function unknownFields(kind: KindDefinition, given: KubeObject): string[] {
  const found: string[] = [];
  prune(JSON.parse(JSON.stringify(given)), kind.schema, '', (path) => found.push(`unknown field "${path}"`));
  return found;
}

function applyConflict(conflicts: readonly ApplyConflict[]): StatusError {
  const plural = conflicts.length === 1 ? '' : 's';
  const managers = [...new Set(conflicts.map((c) => c.manager))];
  const parts = managers.map((manager) => {
    const fields = conflicts.filter((c) => c.manager === manager).map((c) => c.field);
    return fields.length === 1
      ? `conflict with ${manager}: ${fields[0]}`
      : `conflicts with ${manager}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
  });
  const causes = conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field,
  }));
  return new StatusError(
    409,
    'Conflict',
    `Apply failed with ${conflicts.length} conflict${plural}: ${parts.join('\n')}`,
    { causes },
  );
}
