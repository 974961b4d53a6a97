/** What the list of budgets is searched for, filtered and sorted by. */
import { text } from '../core/resources/schema-builders.ts';
import type { BudgetView } from './budget-view.ts';
import type { Ordering } from './listing.ts';

const units = ['tokens', 'inputTokens', 'outputTokens', 'requests', 'usd', 'concurrency'];

/** Farther than any date. */
const farMs = 8.64e15;

export const budgetOrdering: Ordering<BudgetView> = {
  textsOf: ({ namespace, name }) => [`${namespace}/${name}`],
  filters: {
    status: {
      schema: text('Only these.', { enum: ['ok', 'invalid'] }),
      lets: ({ status }, wanted) => status === wanted,
    },
    unit: {
      schema: text('Only those that count this.', { enum: units }),
      lets: ({ unit }, wanted) => unit === wanted,
    },
  },
  sorts: {
    name: ({ namespace, name }) => `${name}/${namespace}`,
    fullest: shareUsed,
    runsOutAt: endOf,
  },
};

/** Of the fullest counter, which comes first; with what is held. */
function shareUsed({ counters: [fullest] }: BudgetView): number | undefined {
  if (fullest === undefined) return undefined;
  const [used, reserved, limit] = [fullest.used, fullest.reserved, fullest.limit].map(Number) as [
    number,
    number,
    number,
  ];
  return limit === 0 ? Number.MAX_VALUE : (used + reserved) / limit;
}

/** Those that last come behind all dates, the fullest first. */
function endOf(budget: BudgetView): number | undefined {
  const { runsOutAt } = budget.forecast ?? {};
  if (runsOutAt !== undefined) return Date.parse(runsOutAt);
  const share = shareUsed(budget);
  return share === undefined ? undefined : farMs - Math.min(share, 1_000) * 1e6;
}
