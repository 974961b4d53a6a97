/** The original's second pass: descriptors into typed nodes, checked depth first in its order. */
import { isMap, isNode, isSeq, type YAMLMap } from 'yaml';
import type { DescriptorNode, RateLimit } from './model.ts';
import { ConfigFault, countOf, flagOf, textOf } from './parse-values.ts';
import { parseUnit } from './units.ts';

/** Deeper trees than any request can reach are refused instead of walked. */
const maxDepth = 64;

export class DescriptorReader {
  readonly #source: string;
  constructor(source: string) {
    this.#source = source;
  }

  /** `path` is the composite key so far, as error texts and statistics name it: `domain.key_value`. */
  readAll(list: unknown, path: string, depth = 0): DescriptorNode[] {
    if (!isSeq(list)) return [];
    if (depth > maxDepth) throw new ConfigFault(`descriptors nested deeper than ${maxDepth}`);
    const seen = new Set<string>();
    return list.items.filter(isMap).map((item) => {
      const node = this.#read(item, path, seen, depth);
      return node;
    });
  }

  #read(map: YAMLMap, parent: string, seen: Set<string>, depth: number): DescriptorNode {
    const key = textOf(map.get('key', true), this.#source);
    if (key === '') throw new ConfigFault('descriptor has empty key');
    const value = textOf(map.get('value', true), this.#source);
    const own = value === '' ? key : `${key}_${value}`;
    const path = `${parent}.${own}`;
    if (seen.has(own)) throw new ConfigFault(`duplicate descriptor composite key '${path}'`);
    seen.add(own);
    const limit = this.#limit(map.get('rate_limit', true));
    const flag = (name: string) => flagOf(map.get(name, true), this.#source);
    const shareThreshold = flag('share_threshold');
    if (shareThreshold && !value.includes('*')) {
      throw new ConfigFault(
        `share_threshold can only be used with wildcard values (containing '*'), but found key '${own}'`,
      );
    }
    return {
      key,
      ...(value === '' ? {} : { value }),
      ...(limit === undefined ? {} : { limit }),
      shadowMode: flag('shadow_mode'),
      quotaMode: flag('quota_mode'),
      detailedMetric: flag('detailed_metric'),
      valueToMetric: flag('value_to_metric'),
      shareThreshold,
      ...metadataOf(map.get('metadata', true)),
      descriptors: this.readAll(map.get('descriptors', true), path, depth + 1),
    };
  }

  #limit(node: unknown): RateLimit | undefined {
    if (!isMap(node)) return undefined;
    const text = (name: string) => textOf(node.get(name, true), this.#source);
    const unlimited = flagOf(node.get('unlimited', true), this.#source);
    const unit = parseUnit(text('unit'));
    if (unlimited && unit !== undefined)
      throw new ConfigFault('should not specify rate limit unit when unlimited');
    if (!unlimited && unit === undefined) throw new ConfigFault(`invalid rate limit unit '${text('unit')}'`);
    const name = text('name');
    return {
      requestsPerUnit: countOf(node.get('requests_per_unit', true), this.#source),
      unit: unit ?? 'second',
      unlimited,
      name,
      replaces: this.#replaces(node.get('replaces', true), name),
    };
  }

  #replaces(list: unknown, ownName: string): string[] {
    if (!isSeq(list)) return [];
    return list.items.filter(isMap).map((item) => {
      const name = textOf(item.get('name', true), this.#source);
      if (name === '') throw new ConfigFault('should not have an empty replaces entry');
      if (name === ownName) throw new ConfigFault('replaces should not contain name of same descriptor');
      return name;
    });
  }
}

function metadataOf(node: unknown): { metadata?: Record<string, unknown> } {
  if (!isMap(node) || !isNode(node)) return {};
  return { metadata: node.toJSON() as Record<string, unknown> };
}
