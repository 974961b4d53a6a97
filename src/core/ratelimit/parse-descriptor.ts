/** The original's checks of a descriptor tree, depth first and in its order; what passes becomes typed nodes. */
import { ConfigFault } from './config-fault.ts';
import type { DescriptorNode, RateLimit } from './model.ts';
import type { DescriptorFields, RateLimitFields } from './parse-typed.ts';
import { parseUnit } from './units.ts';
import { goText, type YamlMap, type YamlTree } from './yaml-tree.ts';

/** `path` is the composite key so far, as error texts and statistics name it. `seen` carries over when domains are merged. */
export function checkDescriptors(
  list: readonly DescriptorFields[],
  path: string,
  seen = new Set<string>(),
): DescriptorNode[] {
  return list.map((fields) => checkDescriptor(fields, path, seen));
}

function checkDescriptor(fields: DescriptorFields, parent: string, seen: Set<string>): DescriptorNode {
  const { key, value, metadata } = fields;
  if (key === '') throw new ConfigFault('descriptor has empty key');
  const own = value === '' ? key : `${key}_${value}`;
  const path = `${parent}.${own}`;
  if (seen.has(own)) throw new ConfigFault(`duplicate descriptor composite key '${path}'`);
  seen.add(own);
  const limit = fields.rateLimit && checkLimit(fields.rateLimit);
  if (fields.shareThreshold && !own.includes('*')) {
    throw new ConfigFault(
      `share_threshold can only be used with wildcard values (containing '*'), but found key '${own}'`,
    );
  }
  return {
    key,
    ...(value === '' ? {} : { value }),
    ...(limit === undefined ? {} : { limit }),
    shadowMode: fields.shadowMode,
    quotaMode: fields.quotaMode,
    detailedMetric: fields.detailedMetric,
    valueToMetric: fields.valueToMetric,
    shareThreshold: fields.shareThreshold,
    ...(metadata === undefined || metadata.entries.length === 0
      ? {}
      : { metadata: plainMap(metadata, textOf) }),
    descriptors: checkDescriptors(fields.descriptors, path),
  };
}

function checkLimit(fields: RateLimitFields): RateLimit {
  const { unlimited, name, replaces, requestsPerUnit } = fields;
  const unit = parseUnit(fields.unit);
  if (unlimited && unit !== undefined)
    throw new ConfigFault('should not specify rate limit unit when unlimited');
  if (!unlimited && unit === undefined) throw new ConfigFault(`invalid rate limit unit '${fields.unit}'`);
  for (const replaced of replaces) {
    if (replaced === '') throw new ConfigFault('should not have an empty replaces entry');
    if (replaced === name) throw new ConfigFault('replaces should not contain name of same descriptor');
  }
  return { requestsPerUnit, unit: unit ?? 'second', unlimited, name, replaces };
}

/** `metadata` as JSON: numbers are doubles as in google.protobuf.Struct. */
function plainMap(map: YamlMap, nameOf: (key: YamlTree) => string): Record<string, unknown> {
  return Object.fromEntries(map.entries.map(([key, value]) => [nameOf(key), plain(value)]));
}

/** Keys of the map itself are what is written (`yes`), those further down what it means (`true`). */
function textOf(key: YamlTree): string {
  return key.kind === 'scalar' ? key.text : goText(key);
}

function plain(tree: YamlTree): unknown {
  if (tree.kind === 'map') return plainMap(tree, goText);
  if (tree.kind === 'list') return tree.items.map(plain);
  return typeof tree.value === 'bigint' ? Number(tree.value) : tree.value;
}
