/** PATCH: the four formats, by content type, ending in the same write as PUT. */
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { parseMediaType } from './negotiate.ts';
import { JsonPatchError, jsonPatch } from './patch/json-patch.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { strategicMergePatch } from './patch/strategic-merge-patch.ts';
import { decodeJson, decodeYaml } from './read-body.ts';
import { applyObject } from './registry/apply.ts';
import type { ObjectName, RegistryContext, WriteOptions } from './registry/context.ts';
import { decodeAs } from './registry/metadata.ts';
import { getObject, updateObject } from './registry/write.ts';
import { invalid, unsupportedMediaType } from './status-error.ts';

export interface PatchRequest {
  name: ObjectName;
  contentType: string | undefined;
  body: Buffer;
  /** Server-side apply only: take fields over from other managers. */
  force: boolean;
  options: WriteOptions;
}

const prefix = 'application/';
const jsonType = `${prefix}json-patch+json`;
const mergeType = `${prefix}merge-patch+json`;
const applyType = `${prefix}apply-patch+yaml`;
const strategicType = `${prefix}strategic-merge-patch+json`;

export function patchObject(
  context: RegistryContext,
  kind: KindDefinition,
  { name, contentType, body, force, options }: PatchRequest,
): { object: KubeObject; created: boolean } {
  const { type } = parseMediaType(contentType ?? '');
  const accepted = [jsonType, mergeType, applyType, ...(kind.origin === 'builtin' ? [strategicType] : [])];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  if (type === applyType) {
    const { value, duplicates } = decodeYaml(body);
    return applyObject(context, kind, decodeAs(kind, value, name), {
      ...options,
      force,
      decodingErrors: duplicates,
      warnings: options.warnings,
    });
  }
  const { value, duplicates } = decodeJson(body);
  const live = getObject(context, kind, name);
  const patched = type === jsonType ? patchAsJson(live, value) : merged(type, live, value, kind);
  const next = decodeAs(kind, patched, name);
  const object = updateObject(context, kind, next, {
    ...options,
    patch: true,
    decodingErrors: duplicates,
    warnings: options.warnings,
  });
  return { object, created: false };
}

function merged(type: string, live: KubeObject, patch: unknown, kind: KindDefinition): unknown {
  return type === mergeType ? mergePatch(live, patch) : strategicMergePatch(live, patch, kind.schema);
}

function patchAsJson(live: KubeObject, operations: unknown): unknown {
  try {
    return jsonPatch(live, operations);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    const message = `Invalid value: "operations": the server rejected our request due to an error in our request: ${error.message}`;
    throw invalid(undefined, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
  }
}
