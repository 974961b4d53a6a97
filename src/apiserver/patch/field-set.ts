/**
 * Fields as `metadata.managedFields` names them (structured-merge-diff's FieldsV1): `f:NAME`, list items by their keys
 * (`k:{"name":"http"}`) or value (`v:"a"`), `.` for the item itself. Lists are one field unless their schema says otherwise.
 */
import type { Schema } from '../../core/resources/kind.ts';

export type FieldPath = readonly string[];
export interface Leaf {
  path: FieldPath;
  value: unknown;
}
/** By the joined path. */
export type Leaves = ReadonlyMap<string, Leaf>;

type Fields = Record<string, unknown>;

const itself = '.';

/** What the server sets; nobody owns it. */
const serverMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);
const metadataSchema: Schema = {
  type: 'object',
  properties: {
    finalizers: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    },
  },
};

export function fieldKey(path: FieldPath): string {
  return path.join('\0');
}

/** Every field of an object that can be owned, with its value. */
export function leavesOf(object: Fields, schema: Schema): Leaves {
  const leaves = new Map<string, Leaf>();
  const add = (path: FieldPath, value: unknown) => leaves.set(fieldKey(path), { path, value });
  for (const [name, value] of Object.entries(object)) {
    if (name === 'apiVersion' || name === 'kind' || value === undefined) continue;
    if (name === 'metadata') {
      for (const [field, member] of Object.entries(value as Fields)) {
        if (serverMetadata.has(field) || member === undefined) continue;
        walk(member, schemaAt(metadataSchema, field), ['f:metadata', `f:${field}`], add);
      }
    } else walk(value, schemaAt(schema, name), [`f:${name}`], add);
  }
  return leaves;
}

function walk(
  value: unknown,
  schema: Schema | undefined,
  path: FieldPath,
  add: (path: FieldPath, value: unknown) => void,
): void {
  if (isFields(value) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    if (entries.length === 0) add(path, value);
    for (const [name, member] of entries) walk(member, schemaAt(schema, name), [...path, `f:${name}`], add);
    return;
  }
  const type = schema?.['x-kubernetes-list-type'];
  if (!Array.isArray(value) || value.length === 0 || type === undefined || type === 'atomic') {
    add(path, value);
    return;
  }
  for (const item of value) {
    const at = [...path, itemElement(item, schema!)];
    if (type === 'set') add(at, item);
    else {
      add([...at, itself], null);
      walk(item, schema!.items, at, add);
    }
  }
}

/** Names an item of a list map or set; a key that is not given has its default. */
export function itemElement(item: unknown, schema: Schema): string {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set' || keys === undefined) return `v:${JSON.stringify(item)}`;
  const values = [...keys].sort().map((key) => {
    const given = isFields(item) ? item[key] : undefined;
    return [key, given ?? schemaAt(schema.items, key)?.default] as const;
  });
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

export function schemaAt(schema: Schema | undefined, name: string): Schema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, name)
    ? properties[name]
    : schema?.additionalProperties;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Paths of a FieldsV1 tree. */
export function pathsOfTree(tree: unknown, path: FieldPath = []): FieldPath[] {
  const entries = Object.entries(isFields(tree) ? tree : {});
  if (entries.length === 0) return path.length === 0 ? [] : [path];
  return entries.flatMap(([element, below]) => pathsOfTree(below, [...path, element]));
}

export function treeOfPaths(paths: Iterable<FieldPath>): Fields {
  const tree: Fields = {};
  for (const path of paths) {
    let node = tree;
    for (const element of path) {
      node[element] ??= {};
      node = node[element] as Fields;
    }
  }
  return tree;
}

/** As messages show a path: `.spec.ports[port=80,protocol="TCP"].name`. */
export function displayPath(path: FieldPath): string {
  return path
    .filter((element) => element !== itself)
    .map((element) => {
      const text = element.slice(2);
      if (element.startsWith('f:')) return `.${text}`;
      if (element.startsWith('v:')) return `[=${text}]`;
      const keys = Object.entries(JSON.parse(text) as Fields);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
