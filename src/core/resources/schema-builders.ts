/** The vocabulary that schemas are written in: one function a type, description first. */
import type { Schema } from './kind.ts';

type Options = Omit<
  Schema,
  'type' | 'description' | 'properties' | 'items' | 'additionalProperties' | 'required'
>;

const requiredMark = Symbol('required');
type Field = Schema & { [requiredMark]?: true };

/** Marks a field of a record that must be there. */
export function required(schema: Schema): Schema {
  return { ...schema, [requiredMark]: true } as Field;
}

export function record(description: string, fields: Record<string, Schema>, options: Options = {}): Schema {
  const properties: Record<string, Schema> = {};
  const needed: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const { [requiredMark]: mark, ...schema } = field as Field;
    properties[name] = schema;
    if (mark) needed.push(name);
  }
  return {
    type: 'object',
    description,
    properties,
    ...(needed.length > 0 && { required: needed }),
    ...options,
  };
}

export function mapOf(description: string, values: Schema, options: Options = {}): Schema {
  return { type: 'object', description, additionalProperties: values, ...options };
}

export function list(description: string, items: Schema, options: Options = {}): Schema {
  return { type: 'array', description, items, ...options };
}

export function text(description: string, options: Options = {}): Schema {
  return { type: 'string', description, ...options };
}

export function whole(description: string, options: Options = {}): Schema {
  return { type: 'integer', description, ...options };
}

export function flag(description: string, options: Options = {}): Schema {
  return { type: 'boolean', description, ...options };
}

/** Without a type: int-or-string, or whatever the sender likes. */
export function any(description: string, options: Options = {}): Schema {
  return { description, ...options };
}

/** An object whose inside is not looked at. */
export function open(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}
