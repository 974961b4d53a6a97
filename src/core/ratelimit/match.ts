/** Which limit of the configuration applies to a request's descriptor: envoyproxy/ratelimit's rules, quirks included. */
import type { DescriptorNode, RateLimit, RateLimitConfig, RateLimitDescriptor } from './model.ts';

export interface MatchedLimit {
  limit: RateLimit;
  shadowMode: boolean;
  quotaMode: boolean;
  /** What stands for each entry in the counter's key: the value, or the pattern of a `share_threshold` node. */
  keyValues: string[];
}

interface Level {
  exact: Map<string, LinkedNode>;
  /** File order: the first that matches wins. */
  wildcards: { parts: string[]; node: LinkedNode }[];
}
interface LinkedNode {
  source: DescriptorNode;
  children: Level;
}

/** The descriptor trees, indexed once per configuration. */
export class RateLimitIndex {
  readonly #domains = new Map<string, Level>();

  constructor(config: RateLimitConfig) {
    for (const { name, descriptors } of config.domains) {
      this.#domains.set(name, link(descriptors));
    }
  }

  hasDomain(domain: string): boolean {
    return this.#domains.has(domain);
  }

  /**
   * No backtracking: a hit without the children that the next entry needs ends the search. A limit counts only when it stands
   * at the last entry.
   */
  find(domain: string, descriptor: RateLimitDescriptor): MatchedLimit | undefined {
    let level = this.#domains.get(domain);
    let node: LinkedNode | undefined;
    const keyValues: string[] = [];
    for (const entry of descriptor.entries) {
      node = level === undefined ? undefined : lookUp(level, entry.key, entry.value);
      if (node === undefined) return undefined;
      keyValues.push(node.source.shareThreshold ? (node.source.value ?? entry.value) : entry.value);
      level = node.children;
    }
    const limit = node?.source.limit;
    if (node === undefined || limit === undefined) return undefined;
    return { limit, shadowMode: node.source.shadowMode, quotaMode: node.source.quotaMode, keyValues };
  }
}

function link(descriptors: readonly DescriptorNode[]): Level {
  const level: Level = { exact: new Map(), wildcards: [] };
  for (const source of descriptors) {
    const name = source.value === undefined ? source.key : `${source.key}_${source.value}`;
    const node = { source, children: link(source.descriptors) };
    if (name.includes('*')) level.wildcards.push({ parts: name.split('*'), node });
    level.exact.set(name, node);
  }
  return level;
}

function lookUp(level: Level, key: string, value: string): LinkedNode | undefined {
  const joined = `${key}_${value}`;
  const exact = level.exact.get(joined);
  if (exact !== undefined) return exact;
  for (const wildcard of level.wildcards) if (matches(wildcard.parts, joined)) return wildcard.node;
  return level.exact.get(key);
}

/** Each star stands for zero or more characters; literal parts come in order and do not overlap. */
export function matches(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}
