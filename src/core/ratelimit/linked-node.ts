/** The configuration's tree with an index at every level. */
import type { DescriptorNode } from './model.ts';

export interface LinkedNode {
  source: DescriptorNode;
  /** `key` or `key_value`. */
  name: string;
  path: string;
  children: Level;
}
export interface Level {
  exact: Map<string, LinkedNode>;
  /** File order: the first that matches wins. */
  wildcards: { parts: string[]; node: LinkedNode }[];
}

export function link(descriptors: readonly DescriptorNode[], parentPath: string): Level {
  const level: Level = { exact: new Map(), wildcards: [] };
  for (const source of descriptors) {
    const name = source.value === undefined ? source.key : `${source.key}_${source.value}`;
    const path = `${parentPath}.${name}`;
    const node = { source, name, path, children: link(source.descriptors, path) };
    if (name.includes('*')) level.wildcards.push({ parts: name.split('*'), node });
    level.exact.set(name, node);
  }
  return level;
}

/** Matching is on `key_value`, so a pattern may begin in the key; then it stands whole. */
export function patternOf({ name }: LinkedNode, key: string): string {
  return name.startsWith(`${key}_`) ? name.slice(key.length + 1) : name;
}
