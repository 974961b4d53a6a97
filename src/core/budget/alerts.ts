/** Which alerts are due: each threshold is told once for each counter and window. */
import type { Budget, BudgetAlert, BudgetWindow } from './model.ts';
import type { BudgetStanding } from './standing.ts';

export interface DueAlert {
  /** Names the threshold of one counter in one window. */
  id: string;
  /** `namespace/name`. */
  budget: string;
  alert: BudgetAlert;
  standing: BudgetStanding;
  /** Used now, per cent of the limit, rounded down. */
  usedPercent: number;
}

/**
 * `told` are the ids of alerts told before; those of ended windows may be forgotten with `isOver`. What is held by calls under
 * way does not count: it may be given back.
 */
export function dueAlerts(
  budgets: readonly Budget[],
  standings: ReadonlyMap<string, readonly BudgetStanding[]>,
  told: ReadonlySet<string>,
  nowMs: number,
): DueAlert[] {
  const due: DueAlert[] = [];
  for (const budget of budgets) {
    for (const alert of budget.alerts) {
      for (const standing of standings.get(budget.name) ?? []) {
        const usedPercent = percentOf(standing);
        if (usedPercent < alert.atPercent) continue;
        const id = alertId(budget, alert, standing, nowMs);
        if (!told.has(id)) due.push({ id, budget: budget.name, alert, standing, usedPercent });
      }
    }
  }
  return due;
}

/** True when the window that the alert was told for has ended. */
export function isOver(id: string, nowSeconds: number): boolean {
  return Number(id.slice(0, id.indexOf('|'))) <= nowSeconds;
}

function alertId(budget: Budget, alert: BudgetAlert, standing: BudgetStanding, nowMs: number): string {
  const end = windowEnd(budget.window, standing, nowMs);
  return `${end}|${budget.name}|${standing.group}|${alert.atPercent}|${alert.webhook}`;
}

/** A rolling window never ends: once in its length, counted from the epoch, is told. */
function windowEnd(window: BudgetWindow, { resetsAtSeconds }: BudgetStanding, nowMs: number): number {
  if (window.type !== 'rolling') return resetsAtSeconds;
  return (Math.floor(nowMs / 1000 / window.seconds) + 1) * window.seconds;
}

/** A limit of nothing is reached by any use, and by none. */
function percentOf({ used, limit }: BudgetStanding): number {
  return limit === 0 ? 100 : Math.floor((used / limit) * 100);
}
