/** What is wrong with the configuration: objects that are refused, wholly or in part, as their statuses say. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { Condition } from '../core/resources/object.ts';

export interface ConfigurationMetrics {
  /** The statuses of every object, at each compilation. */
  told(statuses: readonly StatusWrite[]): void;
  /** Nothing came into force. */
  failed(): void;
}

export function registerConfigurationMetrics(registry: Registry): ConfigurationMetrics {
  const registers = [registry];
  let statuses: readonly StatusWrite[] = [];
  new Gauge({
    name: 'tollgate_configuration_refused_objects',
    help: 'Objects whose status says that they are refused, wholly or in part.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      const kinds = new Map<string, number>();
      for (const { object, status } of statuses)
        kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + (isRefused(status) ? 1 : 0));
      for (const [kind, count] of kinds) this.set({ kind }, count);
    },
  });
  const failures = new Counter({
    name: 'tollgate_configuration_failures_total',
    help: 'Configurations that could not be compiled or brought into force at all.',
    registers,
  });
  return {
    told: (all) => {
      statuses = all;
    },
    failed: () => failures.inc(),
  };
}

const telling = new Set(['Accepted', 'Programmed', 'ResolvedRefs', 'Attached']);

/** Conditions lie at the top, or under the Gateways that an object acts on, or under a Gateway's listeners. */
export function isRefused(status: Record<string, unknown>): boolean {
  const holders = [status, ...['parents', 'ancestors', 'listeners'].flatMap((list) => status[list] ?? [])];
  return holders.some((holder) =>
    ((holder as { conditions?: Condition[] }).conditions ?? []).some(
      ({ type, status: value, reason }) =>
        reason === 'PartiallyValid' ||
        (type === 'PartiallyInvalid' && value === 'True') ||
        (telling.has(type) && value === 'False'),
    ),
  );
}
