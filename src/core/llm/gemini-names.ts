/** The Gemini API takes names as `camelCase` and as `snake_case`, and schemas in a dialect of OpenAPI. */
import type { Fields } from './fields.ts';

/** The member `camel`, in either spelling. */
export function either(object: Fields, camel: string): unknown {
  return object[camel] ?? object[snakeCase(camel)];
}

/** Names are the program's own, so they are few. */
const snakeNames = new Map<string, string>();

function snakeCase(camel: string): string {
  let snake = snakeNames.get(camel);
  if (snake === undefined) {
    snake = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(camel, snake);
  }
  return snake;
}

/** `{type: 'OBJECT', nullable: true, …}` → JSON schema. */
export function jsonSchemaOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(jsonSchemaOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { type, nullable, propertyOrdering: _, ...rest } = schema as Fields;
  const converted: Fields = {};
  if (typeof type === 'string')
    converted['type'] = nullable === true ? [type.toLowerCase(), 'null'] : type.toLowerCase();
  for (const [name, value] of Object.entries(rest))
    converted[name] =
      name === 'properties' ? propertiesOf(value) : name === 'enum' ? value : jsonSchemaOf(value);
  return converted;
}

function propertiesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, jsonSchemaOf(schema)]));
}
