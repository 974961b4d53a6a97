/**
 * Tells webhooks that a budget is nearly used. A webhook is a Secret in the budget's namespace with the entries `url`, and if
 * wanted `signingKey` and `format` (`json` or `slack`). What could not be delivered is tried again at the next round; what was
 * told is kept in a file, so that a restart tells nothing twice.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type DueAlert, dueAlerts, isOver } from '../core/budget/alerts.ts';
import type { Budget } from '../core/budget/model.ts';
import type { BudgetStanding } from '../core/budget/standing.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { AlertClaims } from '../storage/alert-claims.ts';
import { messageOf, signatureOf, type WebhookFormat } from './message.ts';

export interface AlertSenderOptions {
  /** File of the alerts told. */
  path: string;
  secret(namespace: string, name: string): KubeObject | undefined;
  /** Where several gateways see the same budgets. */
  claims?: AlertClaims;
  fetch: typeof fetch;
  nowMs(): number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

interface Webhook {
  url: string;
  signingKey?: string;
  format: WebhookFormat;
}

const deadlineMs = 5_000;

export class AlertSender {
  readonly #options: AlertSenderOptions;
  readonly #told: Set<string>;
  /** A webhook may take longer than it is until the next round. */
  readonly #underWay = new Set<string>();
  /** Faults that were logged: said once until it works again. */
  readonly #failing = new Map<string, string>();

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
    const fault = await this.#post(webhookOf(this.#options.secret(namespace, name)), due);
    const id = `${namespace}/${name}`;
    if (fault === undefined) {
      this.#failing.delete(id);
      this.#told.add(due.id);
      await claims?.told(due.id);
      this.#options.log.info({ budget: due.budget, webhook: id, percent: due.usedPercent }, 'alert sent');
      return true;
    }
    if (this.#failing.get(id) !== fault)
      this.#options.log.warn({ budget: due.budget, webhook: id, fault }, 'an alert could not be sent');
    this.#failing.set(id, fault);
    return false;
  }

  /** A fault never names the URL: it may carry a credential. */
  async #post(webhook: Webhook | string, due: DueAlert): Promise<string | undefined> {
    if (typeof webhook === 'string') return webhook;
    const now = this.#options.nowMs();
    const body = messageOf(due, webhook.format, new Date(now).toISOString());
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (webhook.signingKey !== undefined)
      headers['x-tollgate-signature'] = signatureOf(body, webhook.signingKey, Math.floor(now / 1000));
    try {
      const signal = AbortSignal.timeout(deadlineMs);
      const response = await this.#options.fetch(webhook.url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      return (error as Error).name === 'TimeoutError' ? 'it did not answer in time' : 'it cannot be reached';
    }
  }

  #keep(): void {
    const nowSeconds = this.#options.nowMs() / 1000;
    for (const id of this.#told) if (isOver(id, nowSeconds)) this.#told.delete(id);
    const { path } = this.#options;
    writeFileSync(`${path}.new`, JSON.stringify([...this.#told]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

/** A fault in words when the Secret is not good for a webhook. */
function webhookOf(secret: KubeObject | undefined): Webhook | string {
  if (secret === undefined) return 'there is no such Secret';
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const entry = (name: string) =>
    data[name] === undefined ? undefined : Buffer.from(data[name], 'base64').toString().trim();
  const url = entry('url') ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return 'its Secret has no entry "url" that is an http or https URL';
  const format = entry('format') ?? 'json';
  if (format !== 'json' && format !== 'slack') return 'its entry "format" is neither json nor slack';
  const signingKey = entry('signingKey');
  return { url, format, ...(signingKey === undefined ? {} : { signingKey }) };
}
