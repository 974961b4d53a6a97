/**
 * Kubernetes' strategic merge patch: as a merge patch, but lists whose schema names a merge key are joined by it, and
 * directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what cannot be said otherwise.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from '../../core/resources/kind.ts';

type Fields = Record<string, unknown>;

const order = '$setElementOrder/';
const removals = '$deleteFromPrimitiveList/';

/** Lists of metadata that are joined; the kinds' schemas leave metadata to the common rules. */
const metadataSchema: Schema = {
  type: 'object',
  properties: {
    finalizers: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', items: { type: 'string' } },
    ownerReferences: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: { type: 'object' },
    },
  },
};

/** `schema` is the kind's, of the whole object. Returns the patched object; neither argument is changed. */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema): unknown {
  const properties = { ...schema.properties, metadata: metadataSchema };
  return mergeObject(isObject(target) ? target : {}, isObject(patch) ? patch : {}, { ...schema, properties });
}

function mergeObject(target: Fields, patch: Fields, schema: Schema | undefined): Fields {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const retained = patch['$retainKeys'];
  const result: Fields = { ...target };
  if (Array.isArray(retained))
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete result[key];
    else set(result, key, mergeValue(own(result, key), value, fieldSchema(schema, key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(removals)) removeItems(result, key.slice(removals.length), value);
    if (key.startsWith(order)) sortItems(result, key.slice(order.length), value, schema);
  }
  return result;
}

function mergeValue(target: unknown, value: unknown, schema: Schema | undefined): unknown {
  if (isObject(value)) return mergeObject(isObject(target) ? target : {}, value, schema);
  if (!Array.isArray(value)) return value;
  if (schema?.['x-kubernetes-patch-strategy'] !== 'merge') return withoutListDirectives(value);
  const key = schema['x-kubernetes-patch-merge-key'];
  const list = Array.isArray(target) ? target : [];
  return key === undefined ? joinPrimitives(list, value) : joinByKey(list, value, key, schema.items);
}

function joinPrimitives(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...target, ...patch.filter((item) => !target.includes(item))];
}

function joinByKey(
  target: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  items: Schema | undefined,
): unknown[] {
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace'))
    return withoutListDirectives(patch);
  let result = [...target];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const at = result.findIndex(
      (candidate) => isObject(candidate) && isDeepStrictEqual(candidate[key], item[key]),
    );
    if (item['$patch'] === 'delete') result = result.filter((_, index) => index !== at);
    else if (at < 0) result.push(mergeObject({}, item, items));
    else result[at] = mergeObject(result[at] as Fields, item, items);
  }
  return result;
}

function removeItems(result: Fields, key: string, values: unknown): void {
  const list = own(result, key);
  if (Array.isArray(list) && Array.isArray(values))
    result[key] = list.filter((item) => !values.includes(item));
}

/** Items that the order names come in that order; others keep their place relative to the end. */
function sortItems(result: Fields, key: string, wanted: unknown, schema: Schema | undefined): void {
  const list = own(result, key);
  if (!Array.isArray(list) || !Array.isArray(wanted)) return;
  const mergeKey = fieldSchema(schema, key)?.['x-kubernetes-patch-merge-key'];
  const identity = (item: unknown) =>
    JSON.stringify(mergeKey !== undefined && isObject(item) ? item[mergeKey] : item);
  const ranks = new Map(wanted.map((item, index) => [identity(item), index]));
  const rank = (item: unknown) => ranks.get(identity(item)) ?? wanted.length;
  result[key] = [...list].sort((a, b) => rank(a) - rank(b));
}

function withoutDirectives(patch: Fields): Fields {
  return Object.fromEntries(
    Object.entries(patch).filter(([key, value]) => !key.startsWith('$') && value !== null),
  );
}

function withoutListDirectives(list: readonly unknown[]): unknown[] {
  return list
    .filter((item) => !(isObject(item) && item['$patch'] !== undefined && Object.keys(item).length === 1))
    .map((item) => (isObject(item) ? withoutDirectives(item) : item));
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, key)
    ? properties[key]
    : schema?.additionalProperties;
}

function own(object: Fields, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function set(object: Fields, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
