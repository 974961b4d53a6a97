/** The limit in force: an override while it holds, else the budget's own. */
import type { Budget } from './model.ts';

export function limitAt(budget: Budget, nowMs: number): number {
  const override = budget.overrides.find(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  return override?.limit ?? budget.limit;
}

/** The budgets that a key's own limits stand for. */
export function budgetsOfKey(
  id: string,
  limits: { requestsPerMinute?: number; tokensPerMinute?: number; concurrency?: number },
): Budget[] {
  const common = {
    overrides: [],
    hard: true,
    onExceeded: { type: 'Reject' },
    failOpen: false,
    defaultOutputTokens: 4_096,
    minimumOutputTokens: 1,
    labels: {},
    groupBy: [],
    alerts: [],
  } as const satisfies Partial<Budget>;
  const minute = { type: 'calendar', period: 'Minute', timeZone: 'UTC' } as const;
  const found: Budget[] = [];
  const add = (field: keyof typeof limits, unit: Budget['unit'], window: Budget['window']) => {
    const limit = limits[field];
    if (limit !== undefined)
      found.push({
        ...common,
        overrides: [],
        groupBy: [],
        alerts: [],
        name: `${id}#${field}`,
        unit,
        limit,
        window,
      });
  };
  add('requestsPerMinute', 'requests', minute);
  add('tokensPerMinute', 'tokens', minute);
  add('concurrency', 'concurrency', { type: 'lifetime' });
  return found;
}
