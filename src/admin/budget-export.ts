/** Budgets as a table for spreadsheets: a row for each counter, one for a budget that has none yet. */
import { csvOf } from '../core/text/csv.ts';
import type { BudgetView } from './budget-view.ts';

const columns = [
  ...['namespace', 'name', 'status', 'unit', 'limit', 'window', 'labels', 'expression', 'groupBy'],
  ...['enforcement', 'action', 'group', 'limitInForce', 'used', 'reserved', 'remaining', 'resetsAt'],
  ...['perDay', 'runsOutAt'],
];

interface Spec {
  limit: Record<string, string | number>;
  selector?: { matchLabels?: Record<string, string>; expression?: string };
  groupBy?: string[];
  window?: { calendar?: string; timeZone?: string; rolling?: string };
  enforcement?: string;
  onExceeded?: { action?: string };
}

export function budgetsAsCsv(budgets: readonly BudgetView[]): string {
  return csvOf(
    columns,
    budgets.flatMap((budget) => {
      const counters = budget.counters.length === 0 ? [undefined] : budget.counters;
      return counters.map((counter, index) => [
        ...namesOf(budget),
        ...[counter?.group, counter?.limit, counter?.used, counter?.reserved, counter?.remaining],
        counter?.resetsAt,
        // Of the fullest counter, which comes first.
        ...(index === 0 ? [budget.forecast?.perDay, budget.forecast?.runsOutAt] : [undefined, undefined]),
      ]);
    }),
  );
}

function namesOf({ namespace, name, status, unit, spec }: BudgetView): (string | number | undefined)[] {
  const { limit, selector = {}, groupBy = [], window, enforcement = 'Hard', onExceeded } = spec as Spec;
  const labels = Object.entries(selector.matchLabels ?? {}).map(([label, value]) => `${label}=${value}`);
  return [
    ...[namespace, name, status, unit, limit[unit], windowText(unit, window), labels.join('|')],
    ...[selector.expression, groupBy.join('|'), enforcement, onExceeded?.action ?? 'Reject'],
  ];
}

function windowText(unit: string, window: Spec['window']): string {
  if (unit === 'concurrency') return '';
  if (window?.calendar !== undefined) return `${window.calendar} ${window.timeZone ?? 'UTC'}`;
  return window?.rolling ?? 'lifetime';
}
