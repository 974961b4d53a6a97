/** The tallies as Prometheus metrics, under the names that envoyproxy/ratelimit's own mapping gives its statistics. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { ruleStatistics, type ServiceEvent } from '../core/ratelimit/statistics.ts';
import type { Tallies } from './tallies.ts';

export interface RateLimitMetrics {
  /** One unary call over gRPC. */
  call(method: string, milliseconds: number): void;
  configLoaded(ok: boolean): void;
}

export function registerRateLimitMetrics(registry: Registry, tallies: Tallies): RateLimitMetrics {
  const registers = [registry];
  registerRules(registers, tallies);
  registerEvents(registers, tallies);
  const total = new Counter({
    name: 'ratelimit_service_total_requests',
    help: 'Calls over gRPC.',
    labelNames: ['grpc_method'],
    registers,
  });
  const seconds = new Histogram({
    name: 'ratelimit_service_response_time_seconds',
    help: 'How long calls over gRPC took.',
    labelNames: ['grpc_method'],
    registers,
  });
  const loads = {
    true: plainCounter(
      'ratelimit_service_config_load_success',
      'Configurations that came into force.',
      registers,
    ),
    false: plainCounter(
      'ratelimit_service_config_load_error',
      'Configurations that were refused.',
      registers,
    ),
  };
  return {
    call: (method, milliseconds) => {
      const labels = { grpc_method: method };
      total.inc(labels);
      seconds.observe(labels, milliseconds / 1_000);
    },
    configLoaded: (ok) => loads[`${ok}`].inc(),
  };
}

function plainCounter(name: string, help: string, registers: Registry[]): Counter {
  return new Counter({ name, help, registers });
}

/** Values are hits, not calls. Read from the tallies when somebody looks. */
function registerRules(registers: Registry[], tallies: Tallies): void {
  ruleStatistics.forEach((statistic, column) => {
    new Counter({
      name: `ratelimit_service_rate_limit_${statistic}`,
      help: `Hits counted as ${statistic}, by rule.`,
      labelNames: ['domain', 'key1', 'key2'],
      registers,
      collect() {
        this.reset();
        for (const [path, amounts] of tallies.read().rules) {
          if (amounts[column]! > 0) this.inc(labelsOf(path), amounts[column]!);
        }
      },
    });
  });
  new Counter({
    name: 'ratelimit_service_rate_limit_domain_not_found',
    help: 'Descriptors of domains that no configuration has.',
    labelNames: ['domain'],
    registers,
    collect() {
      this.reset();
      for (const [domain, descriptors] of tallies.read().domainsNotFound) this.inc({ domain }, descriptors);
    },
  });
}

function registerEvents(registers: Registry[], tallies: Tallies): void {
  const amountOf = (event: ServiceEvent) => tallies.read().events[event] ?? 0;
  new Counter({
    name: 'ratelimit_service_should_rate_limit_error',
    help: 'Calls that ended with an error.',
    labelNames: ['err_type'],
    registers,
    collect() {
      this.reset();
      for (const event of ['redis_error', 'service_error'] as const) {
        if (amountOf(event) > 0) this.inc({ err_type: event }, amountOf(event));
      }
    },
  });
  new Counter({
    name: 'ratelimit_service_global_shadow_mode',
    help: 'Refusals that the global shadow mode turned into OK.',
    registers,
    collect() {
      this.reset();
      this.inc(amountOf('global_shadow_mode'));
    },
  });
}

const ipv4 = /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/g;

/** As its statsd names are cut: at dots (those of an IPv4 address are none), and only two keys have a label. */
export function labelsOf(path: string): { domain: string; key1?: string; key2?: string } {
  const clean = path.replace(/[:|]/g, '_').replace(ipv4, (address) => address.replaceAll('.', '_'));
  const [domain = '', key1, key2] = clean.split('.');
  return { domain, ...(key1 === undefined ? {} : { key1 }), ...(key2 === undefined ? {} : { key2 }) };
}
