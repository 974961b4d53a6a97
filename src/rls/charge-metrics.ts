/** Charges that wait for a remote rate limit service, over all threads of the data path. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ChargeStanding } from '../core/ratelimit/statistics.ts';

/** Returns what takes a thread's standing; each tells its own from time to time. */
export function registerChargeMetrics(
  registry: Registry,
  nowMs: () => number,
): (thread: string, standing: ChargeStanding) => void {
  const registers = [registry];
  const threads = new Map<string, ChargeStanding>();
  new Gauge({
    name: 'tollgate_rate_limit_charges_waiting',
    help: 'Charges that a remote rate limit service has not taken yet.',
    registers,
    collect() {
      this.set([...threads.values()].reduce((sum, { waiting }) => sum + waiting, 0));
    },
  });
  new Gauge({
    name: 'tollgate_rate_limit_charges_oldest_seconds',
    help: 'For how long the oldest of them waits; 0 when none does.',
    registers,
    collect() {
      const since = Math.min(...[...threads.values()].map(({ oldestAtMs }) => oldestAtMs ?? Infinity));
      this.set(since === Infinity ? 0 : Math.max(0, (nowMs() - since) / 1_000));
    },
  });
  new Counter({
    name: 'tollgate_rate_limit_charges_delivered_late_total',
    help: 'Charges that waited and were taken later.',
    registers,
    collect() {
      this.reset();
      this.inc([...threads.values()].reduce((sum, { delivered }) => sum + delivered, 0));
    },
  });
  return (thread, standing) => threads.set(thread, standing);
}
