/** What a webhook is sent: JSON of our own, or the form that Slack's incoming webhooks take. */
import { createHmac } from 'node:crypto';
import type { DueAlert } from '../core/budget/alerts.ts';
import { amountText } from '../core/budget/units.ts';

export type WebhookFormat = 'json' | 'slack';

export function messageOf(due: DueAlert, format: WebhookFormat, sentAt: string): string {
  const { budget, standing, usedPercent, alert } = due;
  const amount = (value: number) => amountText(standing.unit, value);
  const whose = standing.group === '' ? '' : ` of ${standing.group}`;
  const text =
    `Budget ${budget}${whose} is at ${usedPercent} %: ${amount(standing.used)} used of ${amount(standing.limit)}, ` +
    `${amount(standing.remaining)} left`;
  if (format === 'slack') return JSON.stringify({ text: escapeSlack(text) });
  return JSON.stringify({
    type: 'tollgate.budget.threshold',
    id: due.id,
    sentAt,
    budget,
    group: standing.group,
    atPercent: alert.atPercent,
    usedPercent,
    unit: standing.unit,
    limit: standing.limit,
    used: standing.used,
    reserved: standing.reserved,
    remaining: standing.remaining,
    resetsAtSeconds: standing.resetsAtSeconds,
    text,
  });
}

/** Says that it is a test, so that no receiver takes it for an alert. `webhook`: `namespace/name`. */
export function testMessage(webhook: string, format: WebhookFormat, sentAt: string): string {
  const text = `Test of the webhook ${webhook}: budgets that are nearly used will be told here`;
  if (format === 'slack') return JSON.stringify({ text: escapeSlack(text) });
  return JSON.stringify({
    type: 'tollgate.webhook.test',
    id: `test|${webhook}|${sentAt}`,
    sentAt,
    webhook,
    text,
  });
}

/** `t=<unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`: the receiver can refuse what is old or not ours. */
export function signatureOf(body: string, signingKey: string, nowSeconds: number): string {
  return `t=${nowSeconds},v1=${createHmac('sha256', signingKey).update(`${nowSeconds}.${body}`).digest('hex')}`;
}

/** Names come from people: none may become a mention or a link (Slack's three control characters). */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
