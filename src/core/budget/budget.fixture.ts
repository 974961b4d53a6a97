/** A budget for tests: 1,000 tokens a day, nothing special. */
import type { Budget } from './model.ts';

export function dailyBudget(fields: Partial<Budget> = {}): Budget {
  return {
    name: 'ns/daily',
    unit: 'tokens',
    limit: 1_000,
    overrides: [],
    window: { type: 'calendar', period: 'Day', timeZone: 'UTC' },
    hard: true,
    onExceeded: { type: 'Reject' },
    failOpen: false,
    defaultOutputTokens: 100,
    minimumOutputTokens: 1,
    labels: {},
    groupBy: [],
    alerts: [],
    ...fields,
  };
}
