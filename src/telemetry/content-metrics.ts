/** What was recorded of calls, and what could not be. */
import { Counter, Gauge, type Registry } from 'prom-client';

interface Tally {
  stored: number;
  lost: number;
  waiting: number;
}

/** `read` tells totals since the start. */
export function registerContentMetrics(registry: Registry, read: () => Tally): void {
  const registers = [registry];
  const total = (name: string, help: string, of: (tally: Tally) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(of(read()));
      },
    });
  total(
    'tollgate_contents_stored_total',
    'Calls whose prompt or answer was recorded.',
    ({ stored }) => stored,
  );
  total(
    'tollgate_contents_lost_total',
    'Calls whose prompt or answer was to be recorded, and could not be stored.',
    ({ lost }) => lost,
  );
  new Gauge({
    name: 'tollgate_contents_waiting',
    help: 'Calls whose prompt or answer waits to be stored.',
    registers,
    collect() {
      this.set(read().waiting);
    },
  });
}
