/**
 * Tells webhooks that a budget is nearly used. What could not be delivered is tried again at the next round; what was told is
 * kept in a file, so that a restart tells nothing twice.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type DueAlert, dueAlerts, isOver } from '../core/budget/alerts.ts';
import type { Budget } from '../core/budget/model.ts';
import type { BudgetStanding } from '../core/budget/standing.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { AlertClaims } from '../storage/alert-claims.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { messageOf } from './message.ts';
import { post, webhookOf } from './webhook.ts';

export interface AlertSenderOptions {
  /** File of the alerts told. */
  path: string;
  secret(namespace: string, name: string): KubeObject | undefined;
  /** Where several gateways see the same budgets. */
  claims?: AlertClaims;
  deliveries: DeliveryLog;
  fetch: typeof fetch;
  nowMs(): number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export class AlertSender {
  readonly #options: AlertSenderOptions;
  readonly #told: Set<string>;
  /** A webhook may take longer than it is until the next round. */
  readonly #underWay = new Set<string>();

  constructor(options: AlertSenderOptions) {
    this.#options = options;
    this.#told = new Set(existsSync(options.path) ? JSON.parse(readFileSync(options.path, 'utf8')) : []);
  }

  async send(
    budgets: readonly Budget[],
    standings: ReadonlyMap<string, readonly BudgetStanding[]>,
  ): Promise<void> {
    const due = dueAlerts(budgets, standings, this.#told, this.#options.nowMs());
    for (const left of (await this.#options.claims?.abandoned?.()) ?? [])
      if (this.#isWanted(left, budgets) && !due.some(({ id }) => id === left.id)) due.push(left);
    const free = due.filter(({ id }) => !this.#underWay.has(id));
    if (free.length === 0) return;
    for (const { id } of free) this.#underWay.add(id);
    try {
      const delivered = await Promise.all(free.map((alert) => this.#deliver(alert)));
      if (delivered.some(Boolean)) this.#keep();
    } finally {
      for (const { id } of free) this.#underWay.delete(id);
    }
  }

  /** Of what somebody else found due: there as it was, and not told from here. */
  #isWanted({ id, budget, alert }: DueAlert, budgets: readonly Budget[]): boolean {
    const alerts = budgets.find(({ name }) => name === budget)?.alerts ?? [];
    return !this.#told.has(id) && alerts.some((one) => isDeepStrictEqual(one, alert));
  }

  async #deliver(due: DueAlert): Promise<boolean> {
    const namespace = due.budget.slice(0, due.budget.indexOf('/'));
    const { webhook: name } = due.alert;
    const claims = this.#options.claims;
    const claim = await claims?.claim(due);
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
