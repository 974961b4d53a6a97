/** What Prometheus' clients tell of their process, read when somebody looks. */
import { Counter, Gauge, type Registry } from 'prom-client';

export function registerProcessMetrics(registry: Registry, version: string): void {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, all threads, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({ name: 'process_start_time_seconds', help: 'Unix time of the start.', registers }).set(
    Math.round(performance.timeOrigin) / 1_000,
  );
  new Gauge({ name: 'tollgate_build_info', help: 'Always 1.', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
}
