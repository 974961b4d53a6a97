/** Composition of alerts: who is told that a budget is nearly used, and what the admin API shows of it. */
import { join } from 'node:path';
import { AlertSender } from './alerts/alert-sender.ts';
import { DeliveryLog } from './alerts/delivery-log.ts';
import { WebhookDesk } from './alerts/webhook-desk.ts';
import type { Budgets } from './open-budgets.ts';
import type { SharedPostgres } from './open-postgres.ts';
import type { AlertClaims } from './storage/alert-claims.ts';
import { openPostgresAlerts } from './storage/postgres/shared-alerts.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { createLog } from './telemetry/log.ts';

interface AlertParts {
  options: { dataDir: string };
  source: Pick<ResourceSource, 'list'>;
  postgres: SharedPostgres | undefined;
  shared: Pick<Budgets, 'claims'>;
  nowSeconds(): number;
  log: ReturnType<typeof createLog>;
}

export function startAlerts(parts: AlertParts): { alerts: AlertSender; webhooks: WebhookDesk } {
  const { options, source, log } = parts;
  const claims = claimsOf(parts);
  const shared = {
    secret: (namespace: string, name: string) =>
      source
        .list('', 'Secret')
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    deliveries: new DeliveryLog(join(options.dataDir, 'webhooks.json')),
    fetch,
    nowMs: Date.now,
  };
  const alerts = new AlertSender({
    ...shared,
    path: join(options.dataDir, 'alerts.json'),
    ...(claims && { claims }),
    log,
  });
  return { alerts, webhooks: new WebhookDesk(shared) };
}

/** Postgres forgets nothing, so it is asked where there are both. */
function claimsOf({ postgres, shared, nowSeconds }: AlertParts): AlertClaims | undefined {
  if (postgres === undefined) return shared.claims;
  return openPostgresAlerts({ connection: postgres.forPeople, replica: postgres.replica, nowSeconds });
}
