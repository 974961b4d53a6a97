/** Schemas as clients write them, made what providers insist on. */
import type { Fields } from './fields.ts';
import type { CanonicalRequest } from './model.ts';

/** Arguments are an object: of tools without any, some clients send an empty schema, or one without a type, which is refused nearly everywhere. */
export function withObjectSchemas(request: CanonicalRequest): CanonicalRequest {
  if (request.tools.every(({ parameters }) => isTyped(parameters))) return request;
  const tools = request.tools.map((tool) =>
    isTyped(tool.parameters) ? tool : { ...tool, parameters: typed(tool.parameters) },
  );
  return { ...request, tools };
}

function isTyped(schema: unknown): boolean {
  return (
    isObject(schema) && ['type', '$ref', 'anyOf', 'oneOf', 'allOf'].some((name) => schema[name] !== undefined)
  );
}

function typed(schema: unknown): Fields {
  return isObject(schema)
    ? { type: 'object', properties: {}, ...schema }
    : { type: 'object', properties: {} };
}

/** Every object in it says that it has no further members: Anthropic answers by no other schema. Undefined: each of them says something. */
export function closedSchema(schema: unknown): unknown {
  let changed = false;
  const closed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(closed);
    if (!isObject(value)) return value;
    const inside = Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, verbatim.has(name) ? inner : closed(inner)]),
    );
    const open = isObjectSchema(value) && value['additionalProperties'] === undefined;
    changed ||= open;
    return open ? { ...inside, additionalProperties: false } : inside;
  };
  const result = closed(schema);
  return changed ? result : undefined;
}

/** Whether OpenAI can be strict about it: Anthropic can be about schemas with optional members too. */
export function takesStrict(schema: unknown, drops: string[]): boolean {
  if (leavesNothingOpen(schema)) return true;
  drops.push('tools.strict (a schema with optional members)');
  return false;
}

function leavesNothingOpen(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(leavesNothingOpen);
  if (!isObject(schema)) return true;
  if (isObjectSchema(schema)) {
    const { required, properties, additionalProperties } = schema;
    const needed = new Set(Array.isArray(required) ? required : []);
    const all = Object.keys((properties ?? {}) as Fields).every((name) => needed.has(name));
    if (!all || additionalProperties !== false) return false;
  }
  return Object.entries(schema).every(([name, inner]) => verbatim.has(name) || leavesNothingOpen(inner));
}

/** Members that hold values, not schemas. */
const verbatim = new Set(['enum', 'const', 'default', 'examples', 'required']);

function isObjectSchema({ type, properties }: Fields): boolean {
  const isType = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return isType && (properties === undefined || isObject(properties));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
