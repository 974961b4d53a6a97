/**
 * What the service counts about itself, in plain tables: cheap enough for every call, and made to be carried from the data
 * path's thread to the main one. However many values calls bring, the tables stay small.
 */
import {
  type RuleStatistic,
  ruleStatistics,
  type ServiceEvent,
  type TallyBatch,
} from '../core/ratelimit/statistics.ts';
import { BoundedLabel } from '../telemetry/bounded-label.ts';
import type { ServiceStatistics } from './service.ts';

/** Paths with values of calls; what comes above that counts as the domain's `other`. */
const maxDynamicPaths = 1_000;
/** Configured paths, over all configurations of a process's life. */
const maxPaths = 50_000;
const maxUnknownDomains = 100;

const columnOf = Object.fromEntries(ruleStatistics.map((name, at) => [name, at])) as Record<
  RuleStatistic,
  number
>;

export class Tallies implements ServiceStatistics {
  readonly #rules = new Map<string, number[]>();
  readonly #domainsNotFound = new Map<string, number>();
  readonly #unknownDomains = new BoundedLabel(maxUnknownDomains);
  readonly #dynamicPaths = new BoundedLabel(maxDynamicPaths);
  #events: Partial<Record<ServiceEvent, number>> = {};

  rule(path: string, statistic: RuleStatistic, hits: number, isDynamic: boolean): void {
    this.#amountsOf(path, isDynamic)[columnOf[statistic]]! += hits;
  }

  domainNotFound(domain: string, descriptors: number): void {
    const label = this.#unknownDomains.of(domain);
    this.#domainsNotFound.set(label, (this.#domainsNotFound.get(label) ?? 0) + descriptors);
  }

  serviceError(): void {
    this.#event('service_error', 1);
  }
  storeError(): void {
    this.#event('redis_error', 1);
  }
  globalShadowMode(): void {
    this.#event('global_shadow_mode', 1);
  }

  /** Everything since the last time, or undefined when there is nothing. */
  drain(): TallyBatch | undefined {
    const batch = this.read();
    if (
      batch.rules.length === 0 &&
      batch.domainsNotFound.length === 0 &&
      Object.keys(batch.events).length === 0
    )
      return undefined;
    this.#rules.clear();
    this.#domainsNotFound.clear();
    this.#events = {};
    return batch;
  }

  read(): TallyBatch {
    return { rules: [...this.#rules], domainsNotFound: [...this.#domainsNotFound], events: this.#events };
  }

  /** Adds what another thread counted; it has bounded its own paths. */
  add({ rules, domainsNotFound, events }: TallyBatch): void {
    for (const [path, amounts] of rules) {
      const own = this.#amountsOf(path, false);
      for (let at = 0; at < own.length; at++) own[at]! += amounts[at]!;
    }
    for (const [domain, descriptors] of domainsNotFound) this.domainNotFound(domain, descriptors);
    for (const [event, amount] of Object.entries(events)) this.#event(event as ServiceEvent, amount);
  }

  #amountsOf(path: string, isDynamic: boolean): number[] {
    let amounts = this.#rules.get(path);
    if (amounts !== undefined) return amounts;
    const kept = this.#isKept(path, isDynamic) ? path : `${path.slice(0, path.indexOf('.'))}.other`;
    amounts = this.#rules.get(kept) ?? new Array<number>(ruleStatistics.length).fill(0);
    this.#rules.set(kept, amounts);
    return amounts;
  }

  #isKept(path: string, isDynamic: boolean): boolean {
    if (!isDynamic) return this.#rules.size < maxPaths;
    return path.length <= maxPathLength && this.#dynamicPaths.of(path) === path;
  }

  #event(event: ServiceEvent, amount: number): void {
    this.#events[event] = (this.#events[event] ?? 0) + amount;
  }
}

/** What `BoundedLabel` keeps of a value. */
const maxPathLength = 128;
