/** Removes what the schema does not know, and nulls where null is not allowed (they mean "not given"). */
import type { Schema } from './kind.ts';

export function prune(value: unknown, schema: Schema, path: string, onUnknown: (path: string) => void): void {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [index, item] of value.entries()) prune(item, schema.items, `${path}[${index}]`, onUnknown);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  pruneObject(value as Record<string, unknown>, schema, path, onUnknown);
}

function pruneObject(
  object: Record<string, unknown>,
  schema: Schema,
  path: string,
  onUnknown: (path: string) => void,
): void {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.type === undefined;
  for (const name of Object.keys(object)) {
    const known = schema.properties === undefined ? undefined : own(schema.properties, name);
    const field = known ?? schema.additionalProperties;
    const at = path === '' ? name : `${path}.${name}`;
    if (path === '' && name === 'metadata') continue;
    if (field === undefined) {
      if (
        keepsUnknown ||
        (schema.properties === undefined &&
          schema.type === 'object' &&
          schema.additionalProperties === undefined &&
          isOpen(schema))
      )
        continue;
      delete object[name];
      onUnknown(at);
    } else if (
      object[name] === null &&
      field.nullable !== true &&
      (known !== undefined || field.default !== undefined)
    ) {
      delete object[name];
    } else prune(object[name], field, at, onUnknown);
  }
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isOpen(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}
