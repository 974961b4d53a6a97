/**
 * What a rule's statistics are filed under: its place in the configuration, with values of the call where the rule asks for
 * them (`value_to_metric`, `detailed_metric`). Built while the tree is walked; costs nothing while it is the configured path.
 */
import { type LinkedNode, patternOf } from './linked-node.ts';
import type { RateLimitDescriptor } from './model.ts';

type Entry = RateLimitDescriptor['entries'][number];

export class MetricPath {
  readonly #domain: string;
  #configured: string;
  #dynamic: string | undefined;

  constructor(domain: string) {
    this.#domain = domain;
    this.#configured = domain;
  }

  /** True when the path holds anything that is not in the configuration. */
  get isDynamic(): boolean {
    return this.#dynamic !== undefined;
  }

  get text(): string {
    return this.#dynamic ?? this.#configured;
  }

  step(entry: Entry, node: LinkedNode, byWildcard: boolean, pattern: string | undefined): void {
    const part = partOf(entry, node, byWildcard, pattern);
    if (this.#dynamic !== undefined) this.#dynamic += `.${part}`;
    else if (part !== node.name) this.#dynamic = `${this.#configured}.${part}`;
    this.#configured = node.path;
  }

  /** Every value of the call; the pattern where one counter is shared. */
  detailed(entries: readonly Entry[], patterns: readonly (string | undefined)[] | undefined): string {
    let path = this.#domain;
    entries.forEach(({ key, value }, at) => {
      if (patterns === undefined) path += `.${key}_${value}`;
      else path += `.${withValue(key, patterns[at] ?? value)}`;
    });
    return path;
  }
}

function partOf(entry: Entry, node: LinkedNode, byWildcard: boolean, pattern: string | undefined): string {
  const { valueToMetric } = node.source;
  if (byWildcard) {
    if (pattern !== undefined) return withValue(entry.key, pattern);
    return withValue(entry.key, valueToMetric ? entry.value : patternOf(node, entry.key));
  }
  if (node.name !== entry.key) return withValue(entry.key, entry.value);
  return valueToMetric ? withValue(entry.key, entry.value) : entry.key;
}

function withValue(key: string, value: string): string {
  return value === '' ? key : `${key}_${value}`;
}
