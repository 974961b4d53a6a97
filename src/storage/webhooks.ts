/** Contract of the webhooks that budgets' alerts are sent to: how each stands, and a message to try it with. */

export interface WebhookStanding {
  /** Scheme, host and port; path and query may carry a credential and are told nobody. */
  origin?: string;
  format?: 'json' | 'slack';
  signed: boolean;
  /** Why nothing can be sent to it at all: what is wrong with its Secret. */
  fault?: string;
  lastDelivered?: Delivered;
  lastFailed?: Failed;
}

export interface Delivered {
  /** Unix milliseconds. */
  atMs: number;
  /** `namespace/name` of the budget that it told of; absent for a test. */
  budget?: string;
}

export interface Failed extends Delivered {
  fault: string;
}

export interface WebhookTest {
  delivered: boolean;
  /** Of HTTP; absent where there was no answer. */
  status?: number;
  fault?: string;
  durationMs: number;
}

export interface Webhooks {
  standing(namespace: string, name: string): WebhookStanding;
  /** Sends a message that says it is a test, signed and under the rules of an alert. Never rejects for what the receiver does. */
  test(namespace: string, name: string): Promise<WebhookTest>;
}
