/** How budgets stand, told every two seconds: in their statuses, and to webhooks when one is nearly used. */
import type { AlertSender } from './alerts/alert-sender.ts';
import { StandingReporter } from './controller/standing-reporter.ts';
import { heldPrefix, usedPrefix } from './core/budget/counter-keys.ts';
import type { Budget } from './core/budget/model.ts';
import type { RecordFeed } from './record-feed.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { CounterStore } from './storage/counters.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { createLog } from './telemetry/log.ts';

type Log = ReturnType<typeof createLog>;

interface StandingParts {
  feed: RecordFeed;
  alerts: AlertSender;
  counters: CounterStore;
  budgets(): readonly Budget[];
}

const reportMs = 2_000;

export function createStandings(
  source: ResourceSource,
  { feed, alerts, counters, budgets }: StandingParts,
): StandingReporter {
  const reporter = new StandingReporter({
    source,
    budgets,
    counters: async () => [...(await counters.list(usedPrefix)), ...(await counters.list(heldPrefix))],
    onStandings: (known, standings) => alerts.send(known, standings),
    nowMs: Date.now,
  });
  feed.subscribe((record) => reporter.observe(record));
  return reporter;
}

export function reportStandings(standings: StandingReporter, log: Log, stack: ShutdownStack): void {
  const timer = setInterval(() => {
    standings
      .report()
      .catch((error) => log.error({ error: String(error) }, 'statuses of budgets could not be written'));
  }, reportMs);
  stack.add(() => clearInterval(timer));
}
