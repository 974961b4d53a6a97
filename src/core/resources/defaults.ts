/** Fills in defaults, outermost first: a default object is itself defaulted. */
import type { Schema } from './kind.ts';

export function applyDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applyDefaults(item, schema.items);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (object[name] === undefined && field.default !== undefined) object[name] = copy(field.default);
    if (object[name] !== undefined) applyDefaults(object[name], field);
  }
  if (schema.additionalProperties !== undefined) {
    for (const name of Object.keys(object)) applyDefaults(object[name], schema.additionalProperties);
  }
}

function copy(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
