/**
 * The original's first pass: every map key of a file must be one of a flat list of names (at whatever level), lists hold maps
 * only, leaves are strings, whole numbers, booleans or null. Nothing below `metadata` is looked at.
 */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { ConfigFault } from './parse-values.ts';

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

export function checkKeys(node: unknown): void {
  if (!isMap(node)) return;
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? pair.key.value : undefined;
    if (key === '<<') continue;
    if (typeof key !== 'string') {
      const shown = key === null || key === undefined ? '<nil>' : String(key);
      throw new ConfigFault(`config error, key is not of type string: ${shown}`);
    }
    if (!knownKeys.has(key)) throw new ConfigFault(`config error, unknown key '${key}'`);
    if (key !== 'metadata') checkValue(pair.value);
  }
}

function checkValue(value: unknown): void {
  if (isMap(value)) {
    checkKeys(value);
    return;
  }
  if (isSeq(value)) {
    for (const item of value.items) {
      if (isAlias(item)) continue;
      if (!isMap(item)) {
        const shown = isScalar(item) ? String(item.value) : 'list';
        throw new ConfigFault(`config error, yaml file contains list of type other than map: ${shown}`);
      }
      checkKeys(item);
    }
    return;
  }
  if (!isScalar(value)) return;
  const leaf = value.value;
  const isWhole =
    typeof leaf === 'number' && Number.isInteger(leaf) && !/[.eE]/.test(wholeSource(value.source));
  // An object leaf is a timestamp, which a string field takes as its source text.
  const fits = typeof leaf === 'object' || typeof leaf === 'string' || typeof leaf === 'boolean' || isWhole;
  if (!fits) throw new ConfigFault('error checking config');
}

/** Hexadecimal digits may hold an `e`; only decimal notation can be a float. */
function wholeSource(source: string | undefined): string {
  return source === undefined || /^[-+]?0x/i.test(source) ? '' : source;
}
