/**
 * Tells webhooks that a budget is nearly used. What could not be delivered is tried again at the next round; what was told is
 * kept in a file, so that a restart tells nothing twice.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type DueAlert, dueAlerts, isOver } from '../core/budget/alerts.ts';
import type { Budget } from '../core/budget/model.ts';
import type { BudgetStanding } from '../core/budget/standing.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { messageOf } from './message.ts';
import { post, webhookOf } from './webhook.ts';

/** Where several gateways see the same budgets: who of them tells an alert. */
export interface AlertClaims {
  /** `mine`: to be told now. `others`: somebody is at it. */
  claim(id: string): Promise<'mine' | 'others' | 'told'>;
  told(id: string): Promise<void>;
}

export interface AlertSenderOptions {
  /** File of the alerts told. */
  path: string;
  secret(namespace: string, name: string): KubeObject | undefined;
  claims?: AlertClaims;
  deliveries: DeliveryLog;
  fetch: typeof fetch;
  nowMs(): number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export class AlertSender {
  readonly #options: AlertSenderOptions;
  readonly #told: Set<string>;

  constructor(options: AlertSenderOptions) {
    this.#options = options;
    this.#told = new Set(existsSync(options.path) ? JSON.parse(readFileSync(options.path, 'utf8')) : []);
  }

  async send(
    budgets: readonly Budget[],
    standings: ReadonlyMap<string, readonly BudgetStanding[]>,
  ): Promise<void> {
    const due = dueAlerts(budgets, standings, this.#told, this.#options.nowMs());
    if (due.length === 0) return;
    const delivered = await Promise.all(due.map((alert) => this.#deliver(alert)));
    if (delivered.some(Boolean)) this.#keep();
  }

  async #deliver(due: DueAlert): Promise<boolean> {
    const namespace = due.budget.slice(0, due.budget.indexOf('/'));
    const { webhook: name } = due.alert;
    const claims = this.#options.claims;
    const claim = await claims?.claim(due.id);
    if (claim === 'others') return false;
    if (claim === 'told') {
      this.#told.add(due.id);
      return true;
    }
    const fault = await this.#post(this.#options.secret(namespace, name), due);
    const id = `${namespace}/${name}`;
    const isNews = this.#options.deliveries.enter(
      id,
      { atMs: this.#options.nowMs(), budget: due.budget },
      fault,
    );
    if (fault === undefined) {
      this.#told.add(due.id);
      await claims?.told(due.id);
      this.#options.log.info({ budget: due.budget, webhook: id, percent: due.usedPercent }, 'alert sent');
      return true;
    }
    if (isNews)
      this.#options.log.warn({ budget: due.budget, webhook: id, fault }, 'an alert could not be sent');
    return false;
  }

  async #post(secret: KubeObject | undefined, due: DueAlert): Promise<string | undefined> {
    const webhook = webhookOf(secret);
    if (typeof webhook === 'string') return webhook;
    const { fetch, nowMs } = this.#options;
    const now = nowMs();
    const body = messageOf(due, webhook.format, new Date(now).toISOString());
    return (await post(webhook, body, { fetch, nowMs: now })).fault;
  }

  #keep(): void {
    const nowSeconds = this.#options.nowMs() / 1000;
    for (const id of this.#told) if (isOver(id, nowSeconds)) this.#told.delete(id);
    const { path } = this.#options;
    writeFileSync(`${path}.new`, JSON.stringify([...this.#told]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
