/** Metrics of attempts, of calls that may have several: how each provider fares, what is retried, who is left out. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AttemptRecord, RequestRecord } from '../core/record.ts';

const providerLabels = ['backend', 'provider'] as const;
const routeLabels = ['bind', 'gateway', 'listener', 'route', 'route_rule'] as const;

/** All labels are names from the configuration: a request can't make new ones. */
export class AttemptMetrics {
  readonly #attempts: Counter<(typeof providerLabels)[number] | 'outcome'>;
  readonly #retries: Counter<(typeof routeLabels)[number] | 'backend'>;
  readonly #ejections: Counter<(typeof providerLabels)[number]>;
  /** Provider → until when, Unix milliseconds: the latest that any thread said. */
  readonly #ejectedUntil = new Map<string, { backend: string; untilMs: number }>();

  constructor(registry: Registry, nowMs: () => number = Date.now) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'agentgateway_upstream_attempts_total',
      help: 'Requests to the providers of backends that have several, or whose health is followed, by how they ended.',
      labelNames: [...providerLabels, 'outcome'],
      registers,
    });
    this.#retries = new Counter({
      name: 'agentgateway_retries_total',
      help: 'Attempts after the first of a call.',
      labelNames: ['backend', ...routeLabels],
      registers,
    });
    this.#ejections = new Counter({
      name: 'agentgateway_upstream_ejections_total',
      help: 'How often a provider was left out for a while, counted in each data path thread.',
      labelNames: providerLabels,
      registers,
    });
    const ejectedUntil = this.#ejectedUntil;
    new Gauge({
      name: 'agentgateway_upstream_ejected',
      help: 'Whether a provider is left out now: 1 or 0.',
      labelNames: providerLabels,
      registers,
      collect() {
        for (const [provider, { backend, untilMs }] of ejectedUntil)
          this.set({ backend, provider }, untilMs > nowMs() ? 1 : 0);
      },
    });
  }

  observe(record: RequestRecord): void {
    const { attempts } = record;
    if (attempts === undefined) return;
    const backend = record.backend ?? '';
    for (const attempt of attempts) this.#observeAttempt(backend, attempt, record.startedAtMs);
    if (attempts.length > 1) this.#retries.inc({ backend, ...routeOf(record) }, attempts.length - 1);
  }

  #observeAttempt(backend: string, attempt: AttemptRecord, callStartedAtMs: number): void {
    const { provider, outcome, ejectedMs, startedAfterMs, durationMs } = attempt;
    this.#attempts.inc({ backend, provider, outcome });
    if (ejectedMs === undefined) return;
    this.#ejections.inc({ backend, provider });
    const untilMs = callStartedAtMs + startedAfterMs + durationMs + ejectedMs;
    const known = this.#ejectedUntil.get(provider)?.untilMs ?? 0;
    this.#ejectedUntil.set(provider, { backend, untilMs: Math.max(known, untilMs) });
  }
}

function routeOf(record: RequestRecord): Record<(typeof routeLabels)[number], string> {
  return {
    bind: record.bind,
    gateway: record.gateway ?? '',
    listener: record.listener ?? '',
    route: record.route ?? '',
    route_rule: record.routeRule ?? '',
  };
}
