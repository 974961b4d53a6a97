import { callApi } from './client.ts';

interface Delivery {
  at: string;
  /** Absent for a test. */
  budget?: string;
}

export interface WebhookPlace {
  namespace: string;
  name: string;
}

export interface Webhook extends WebhookPlace {
  /** Scheme, host and port. */
  origin?: string;
  format?: 'json' | 'slack';
  signed: boolean;
  /** What is wrong with its Secret. */
  fault?: string;
  budgets: { name: string; atPercent: number[] }[];
  lastDelivered?: Delivery;
  lastFailed?: Delivery & { fault: string };
}

export interface WebhookTest {
  delivered: boolean;
  status?: number;
  fault?: string;
  durationMs: number;
}

export const testWebhook = ({ namespace, name }: WebhookPlace) =>
  callApi<WebhookTest>(`/webhooks/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/test`, {
    method: 'POST',
  });
