/** Webhooks as an administrator sees them: where each goes, how the last delivery went, and a test of it. */
import type { KubeObject } from '../core/resources/object.ts';
import type { WebhookStanding, Webhooks, WebhookTest } from '../storage/webhooks.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { testMessage } from './message.ts';
import { post, webhookOf } from './webhook.ts';

export interface WebhookDeskOptions {
  secret(namespace: string, name: string): KubeObject | undefined;
  deliveries: DeliveryLog;
  fetch: typeof fetch;
  nowMs(): number;
}

export class WebhookDesk implements Webhooks {
  readonly #options: WebhookDeskOptions;

  constructor(options: WebhookDeskOptions) {
    this.#options = options;
  }

  standing(namespace: string, name: string): WebhookStanding {
    const webhook = webhookOf(this.#options.secret(namespace, name));
    const deliveries = this.#options.deliveries.find(`${namespace}/${name}`);
    if (typeof webhook === 'string') return { signed: false, fault: webhook, ...deliveries };
    const { url, format, signingKey } = webhook;
    return { origin: new URL(url).origin, format, signed: signingKey !== undefined, ...deliveries };
  }

  async test(namespace: string, name: string): Promise<WebhookTest> {
    const { secret, deliveries, nowMs, fetch } = this.#options;
    const webhook = webhookOf(secret(namespace, name));
    if (typeof webhook === 'string') return { delivered: false, fault: webhook, durationMs: 0 };
    const id = `${namespace}/${name}`;
    const atMs = nowMs();
    const begun = performance.now();
    const body = testMessage(id, webhook.format, new Date(atMs).toISOString());
    const posted = await post(webhook, body, { fetch, nowMs: atMs });
    deliveries.enter(id, { atMs }, posted.fault);
    const durationMs = Math.round(performance.now() - begun);
    return { delivered: posted.fault === undefined, ...posted, durationMs };
  }
}
