/**
 * The original's first pass: every map key of a file must be one of a flat list of names (at whatever level), lists hold maps
 * only, leaves are strings, whole numbers, booleans or null. Nothing below `metadata` is looked at.
 */
import { ConfigFault } from './config-fault.ts';
import { fitsInt64 } from './yaml-scalars.ts';
import { goText, type YamlMap, type YamlScalar, type YamlTree } from './yaml-tree.ts';

const knownKeys = new Set([
  'domain',
  'key',
  'value',
  'descriptors',
  'rate_limit',
  'unit',
  'requests_per_unit',
  'unlimited',
  'shadow_mode',
  'quota_mode',
  'name',
  'replaces',
  'detailed_metric',
  'value_to_metric',
  'share_threshold',
  'metadata',
]);

export function checkKeys(map: YamlMap): void {
  for (const [key, value] of map.entries) {
    const name = nameOf(key);
    if (name === undefined) throw new ConfigFault(`config error, key is not of type string: ${goText(key)}`);
    if (!knownKeys.has(name)) throw new ConfigFault(`config error, unknown key '${name}'`);
    if (name !== 'metadata') checkValue(value);
  }
}

/** Undefined for a key that is no string. */
export function nameOf(key: YamlTree): string | undefined {
  return key.kind === 'scalar' && (key.tag === 'str' || key.tag === 'timestamp') ? key.text : undefined;
}

function checkValue(value: YamlTree): void {
  if (value.kind === 'map') {
    checkKeys(value);
    return;
  }
  if (value.kind === 'scalar') {
    if (!isLeaf(value)) throw new ConfigFault('error checking config');
    return;
  }
  for (const item of value.items) {
    if (item.kind !== 'map') {
      throw new ConfigFault(`config error, yaml file contains list of type other than map: ${goText(item)}`);
    }
    checkKeys(item);
  }
}

function isLeaf({ tag, value }: YamlScalar): boolean {
  return tag !== 'float' && (typeof value !== 'bigint' || fitsInt64(value));
}
