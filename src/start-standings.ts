/** How budgets stand, told every two seconds: in their statuses, and to webhooks when one is nearly used. */
import { join } from 'node:path';
import { AlertSender } from './alerts/alert-sender.ts';
import { StandingReporter } from './controller/standing-reporter.ts';
import { heldPrefix, usedPrefix } from './core/budget/counter-keys.ts';
import type { Budget } from './core/budget/model.ts';
import type { Budgets } from './open-budgets.ts';
import type { SharedPostgres } from './open-postgres.ts';
import type { RecordFeed } from './record-feed.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { AlertClaims } from './storage/alert-claims.ts';
import { openPostgresAlerts } from './storage/postgres/shared-alerts.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { createLog } from './telemetry/log.ts';

type Log = ReturnType<typeof createLog>;

interface StandingParts {
  options: { dataDir: string };
  feed: RecordFeed;
  postgres: SharedPostgres | undefined;
  shared: Pick<Budgets, 'counters' | 'claims'>;
  budgets(): readonly Budget[];
  nowSeconds(): number;
  log: Log;
}

const reportMs = 2_000;

export function createStandings(source: ResourceSource, parts: StandingParts): StandingReporter {
  const { options, feed, shared, budgets, log } = parts;
  const claims = claimsOf(parts);
  const alerts = new AlertSender({
    path: join(options.dataDir, 'alerts.json'),
    secret: (namespace, name) =>
      source
        .list('', 'Secret')
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    ...(claims && { claims }),
    fetch,
    nowMs: Date.now,
    log,
  });
  const { counters } = shared;
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

/** Postgres forgets nothing, so it is asked where there are both. */
function claimsOf({ postgres, shared, nowSeconds }: StandingParts): AlertClaims | undefined {
  if (postgres === undefined) return shared.claims;
  return openPostgresAlerts({ connection: postgres.forPeople, replica: postgres.replica, nowSeconds });
}

export function reportStandings(standings: StandingReporter, log: Log, stack: ShutdownStack): void {
  const timer = setInterval(() => {
    standings
      .report()
      .catch((error) => log.error({ error: String(error) }, 'statuses of budgets could not be written'));
  }, reportMs);
  stack.add(() => clearInterval(timer));
}
