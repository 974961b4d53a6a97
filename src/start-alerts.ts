/** Composition of alerts: who is told that a budget is nearly used, and what the admin API shows of it. */
import { join } from 'node:path';
import { type AlertClaims, AlertSender } from './alerts/alert-sender.ts';
import { DeliveryLog } from './alerts/delivery-log.ts';
import { WebhookDesk } from './alerts/webhook-desk.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { createLog } from './telemetry/log.ts';

interface AlertParts {
  dataDir: string;
  source: Pick<ResourceSource, 'list'>;
  claims: AlertClaims | undefined;
  log: ReturnType<typeof createLog>;
}

export function startAlerts({ dataDir, source, claims, log }: AlertParts): {
  alerts: AlertSender;
  webhooks: WebhookDesk;
} {
  const shared = {
    secret: (namespace: string, name: string) =>
      source
        .list('', 'Secret')
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    deliveries: new DeliveryLog(join(dataDir, 'webhooks.json')),
    fetch,
    nowMs: Date.now,
  };
  const alerts = new AlertSender({
    ...shared,
    path: join(dataDir, 'alerts.json'),
    ...(claims && { claims }),
    log,
  });
  return { alerts, webhooks: new WebhookDesk(shared) };
}
