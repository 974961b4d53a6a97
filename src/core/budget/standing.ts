/** How budgets stand, computed from their counters: for statuses, the admin API and alerts. */
import { heldPrefix, parseUsedKey, usedPrefix } from './counter-keys.ts';
import { limitAt } from './limit.ts';
import type { Budget, BudgetUnit } from './model.ts';
import { windowAt } from './window.ts';

/** As counter stores list them. */
export interface CounterReading {
  key: string;
  windowStart: number;
  value: number;
}

/** One counter of a budget in its window now. Amounts in the budget's unit (`usd`: nano-dollars). */
export interface BudgetStanding {
  group: string;
  unit: BudgetUnit;
  limit: number;
  used: number;
  reserved: number;
  /** Never below zero. */
  remaining: number;
  /** Unix seconds. */
  resetsAtSeconds: number;
}

/** Budget's name → its counters, fullest first. A budget that nobody has drawn on in its window has none. */
export function standingsOf(
  budgets: readonly Budget[],
  counters: readonly CounterReading[],
  nowMs: number,
): Map<string, BudgetStanding[]> {
  const byBudget = new Map<string, Map<string, { used: CounterReading[]; held: CounterReading[] }>>();
  for (const counter of counters) {
    const isHeld = counter.key.startsWith(heldPrefix);
    const name = isHeld ? usedPrefix + counter.key.slice(heldPrefix.length) : counter.key;
    const parsed = parseUsedKey(name);
    if (parsed === undefined) continue;
    const counted = `${parsed.budget} ${parsed.unit}`;
    const groups = byBudget.get(counted) ?? new Map();
    byBudget.set(counted, groups);
    const group = groups.get(parsed.group) ?? { used: [], held: [] };
    groups.set(parsed.group, group);
    (isHeld ? group.held : group.used).push(counter);
  }
  return new Map(
    budgets.map((budget) => {
      const { slices, resetsAtSeconds } = windowAt(budget.window, nowMs);
      const limit = limitAt(budget, nowMs);
      const inWindow = new Set(slices);
      // A rolling window keeps what is held in one pot, see the stores.
      const heldStart = slices.length > 1 ? 0 : slices[0]!;
      const standings: BudgetStanding[] = [];
      for (const [group, { used, held }] of byBudget.get(`${budget.name} ${budget.unit}`) ?? []) {
        const usedNow = sum(used.filter(({ windowStart }) => inWindow.has(windowStart)));
        const reserved = sum(held.filter(({ windowStart }) => windowStart === heldStart));
        if (usedNow === 0 && reserved === 0) continue;
        const remaining = Math.max(0, limit - usedNow - reserved);
        standings.push({
          group,
          unit: budget.unit,
          limit,
          used: usedNow,
          reserved,
          remaining,
          resetsAtSeconds,
        });
      }
      standings.sort((a, b) => b.used + b.reserved - a.used - a.reserved || (a.group < b.group ? -1 : 1));
      return [budget.name, standings];
    }),
  );
}

/** How a budget stands that nobody has drawn on. */
export function unused(budget: Budget, nowMs: number): BudgetStanding {
  const limit = limitAt(budget, nowMs);
  const { resetsAtSeconds } = windowAt(budget.window, nowMs);
  return { group: '', unit: budget.unit, limit, used: 0, reserved: 0, remaining: limit, resetsAtSeconds };
}

function sum(counters: readonly CounterReading[]): number {
  return counters.reduce((total, { value }) => total + value, 0);
}
