/** Which limit of the configuration applies to a request's descriptor: envoyproxy/ratelimit's rules, quirks included. */
import { type Level, type LinkedNode, link, patternOf } from './linked-node.ts';
import { MetricPath } from './metric-path.ts';
import type { DescriptorNode, RateLimit, RateLimitConfig, RateLimitDescriptor } from './model.ts';
import { matches } from './wildcard.ts';

export interface MatchedLimit {
  limit: RateLimit;
  shadowMode: boolean;
  quotaMode: boolean;
  /** Per entry, the pattern that stands for its value in the counter's key; undefined when no entry has one. */
  patterns?: (string | undefined)[];
  /** Names its statistics: `domain.key_value.key_value`. */
  metricPath: string;
  /** True when the path holds values of the call: there is no bound to how many of those come. */
  isDynamicPath: boolean;
  metadata?: Record<string, unknown>;
}

/** The descriptor trees, indexed once per configuration. */
export class RateLimitIndex {
  readonly #domains = new Map<string, Level>();

  constructor(config: RateLimitConfig) {
    for (const { name, descriptors } of config.domains) this.#domains.set(name, link(descriptors, name));
  }

  hasDomain(domain: string): boolean {
    return this.#domains.has(domain);
  }

  /** Every rule with a limit, in file order. */
  *rules(): Generator<{ path: string; source: DescriptorNode; limit: RateLimit }> {
    for (const level of this.#domains.values()) yield* rulesOf(level);
  }

  /**
   * No backtracking: a hit without the children that the next entry needs ends the search. A limit counts only when it stands
   * at the last entry.
   */
  find(domain: string, descriptor: RateLimitDescriptor): MatchedLimit | undefined {
    let level = this.#domains.get(domain);
    let node: LinkedNode | undefined;
    let patterns: (string | undefined)[] | undefined;
    const path = new MetricPath(domain);
    const { entries } = descriptor;
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      const hit = level === undefined ? undefined : lookUp(level, entry.key, entry.value);
      if (hit === undefined) return undefined;
      node = hit.node;
      const pattern = hit.byWildcard && node.source.shareThreshold ? patternOf(node, entry.key) : undefined;
      if (pattern !== undefined) {
        patterns ??= new Array<string | undefined>(entries.length).fill(undefined);
        patterns[at] = pattern;
      }
      path.step(entry, node, hit.byWildcard, pattern);
      level = node.children;
    }
    const limit = node?.source.limit;
    if (node === undefined || limit === undefined) return undefined;
    return matched(node, limit, patterns, path, entries);
  }
}

function matched(
  { source }: LinkedNode,
  limit: RateLimit,
  patterns: (string | undefined)[] | undefined,
  path: MetricPath,
  entries: RateLimitDescriptor['entries'],
): MatchedLimit {
  const isDynamicPath = source.detailedMetric || path.isDynamic;
  const match: MatchedLimit = {
    limit,
    shadowMode: source.shadowMode,
    quotaMode: source.quotaMode,
    metricPath: source.detailedMetric ? path.detailed(entries, patterns) : path.text,
    isDynamicPath,
  };
  if (patterns !== undefined) match.patterns = patterns;
  // As in the original: metadata is lost with statistics of values, except where a detailed rule has rules below it.
  const isLost = source.detailedMetric ? source.descriptors.length === 0 : path.isDynamic;
  if (source.metadata !== undefined && !isLost) match.metadata = source.metadata;
  return match;
}

function* rulesOf(level: Level): Generator<{ path: string; source: DescriptorNode; limit: RateLimit }> {
  for (const { path, source, children } of level.exact.values()) {
    if (source.limit !== undefined) yield { path, source, limit: source.limit };
    yield* rulesOf(children);
  }
}

function lookUp(
  level: Level,
  key: string,
  value: string,
): { node: LinkedNode; byWildcard: boolean } | undefined {
  const joined = `${key}_${value}`;
  const exact = level.exact.get(joined);
  if (exact !== undefined) return { node: exact, byWildcard: false };
  for (const { parts, node } of level.wildcards)
    if (matches(parts, joined)) return { node, byWildcard: true };
  const byKey = level.exact.get(key);
  return byKey && { node: byKey, byWildcard: false };
}
