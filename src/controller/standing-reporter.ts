/**
 * Tells `kubectl get budgets` how they stand and `kubectl get virtualkeys` when they were last used: written now and then,
 * only where it changed, never on the request path.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Budget } from '../core/budget/model.ts';
import { type BudgetStanding, type CounterReading, standingsOf, unused } from '../core/budget/standing.ts';
import { amountText } from '../core/budget/units.ts';
import { nameOf } from '../core/config/objects.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import type { RequestRecord } from '../core/record.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { ResourceSource } from '../storage/resource-source.ts';
import { StatusWriter } from './status-writer.ts';

export interface StandingReporterOptions {
  source: Pick<ResourceSource, 'get' | 'list' | 'writeStatus' | 'writeStatuses'>;
  /** Of the snapshot in force. */
  budgets(): readonly Budget[];
  counters(): readonly CounterReading[] | Promise<readonly CounterReading[]>;
  /** Told how they stand at every report: for alerts. */
  onStandings(
    budgets: readonly Budget[],
    standings: ReadonlyMap<string, readonly BudgetStanding[]>,
  ): Promise<void>;
  nowMs(): number;
}

const group = 'tollgate.dev';
/** A last use is told to the minute: one write a minute and key at most. */
const lastUsedStepMs = 60_000;

export class StandingReporter {
  readonly #options: StandingReporterOptions;
  readonly #statuses: StatusWriter;
  readonly #lastUsed = new Map<string, number>();

  constructor(options: StandingReporterOptions) {
    this.#options = options;
    this.#statuses = new StatusWriter(options.source);
  }

  observe({ key, startedAtMs }: RequestRecord): void {
    if (key?.id.startsWith('VirtualKey/')) this.#lastUsed.set(key.id, startedAtMs);
  }

  async report(): Promise<void> {
    await this.#reportBudgets();
    await this.#reportKeys();
  }

  async #reportBudgets(): Promise<void> {
    const { source, budgets, counters, onStandings, nowMs } = this.#options;
    const known = budgets();
    if (known.length === 0) return;
    const standings = standingsOf(known, await counters(), nowMs());
    await onStandings(known, standings);
    const byName = new Map(known.map((budget) => [budget.name, budget]));
    for (const object of source.list(group, 'Budget')) {
      const budget = byName.get(nameOf(object));
      if (budget === undefined) continue;
      const now = nowMs();
      const figures = figuresOf(standings.get(budget.name)![0] ?? unused(budget, now));
      await this.#write(object, { groups: standings.get(budget.name)!.length, ...figures });
    }
  }

  async #reportKeys(): Promise<void> {
    if (this.#lastUsed.size === 0) return;
    const used = new Map(this.#lastUsed);
    this.#lastUsed.clear();
    const writes: StatusWrite[] = [];
    for (const [id, atMs] of used) {
      const [kind = '', namespace = '', name = ''] = id.split('/');
      const object = this.#options.source.get({ group, kind, namespace, name });
      if (object === undefined) continue;
      const before = Date.parse(String((object['status'] as { lastUsedAt?: string })?.lastUsedAt ?? ''));
      if (atMs - before < lastUsedStepMs) continue;
      const told = (object['status'] ?? {}) as Record<string, unknown>;
      const lastUsedAt = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
      writes.push({ object, status: { ...told, lastUsedAt } });
    }
    await this.#statuses.write(writes);
  }

  async #write(object: KubeObject, figures: Record<string, unknown>): Promise<void> {
    const before = (object['status'] ?? {}) as Record<string, unknown>;
    const status = { ...before, ...figures };
    if (!isDeepStrictEqual(before, status)) await this.#options.source.writeStatus(object, status);
  }
}

/** Of the fullest counter: where a limit is nearest. */
function figuresOf(fullest: BudgetStanding): Record<string, unknown> {
  const { unit, limit, used, reserved, remaining, resetsAtSeconds } = fullest;
  return {
    limit: amountText(unit, limit),
    used: amountText(unit, used),
    reserved: amountText(unit, reserved),
    remaining: amountText(unit, remaining),
    // Lifetime windows end beyond what a date can say.
    ...(resetsAtSeconds > 2 ** 36
      ? {}
      : { resetsAt: `${new Date(resetsAtSeconds * 1000).toISOString().slice(0, 19)}Z` }),
  };
}
