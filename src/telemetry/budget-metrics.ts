/** How budgets stand, as gauges: read from the counters whenever the metrics are, never on the request path. */
import { Gauge, type Registry } from 'prom-client';
import type { Budget, BudgetUnit } from '../core/budget/model.ts';
import { type BudgetStanding, unused } from '../core/budget/standing.ts';

export interface BudgetReadings {
  budgets: readonly Budget[];
  standings: ReadonlyMap<string, readonly BudgetStanding[]>;
  nowMs: number;
}

interface Row {
  budget: string;
  unit: BudgetUnit;
  group: string;
  limit: number;
  used: number;
  reserved: number;
  remaining: number;
  resetsAtSeconds: number;
}

const figures: [figure: keyof Row & ('limit' | 'used' | 'reserved' | 'remaining'), help: string][] = [
  ['limit', 'What may be used in the window now'],
  ['used', 'What was used in the window now'],
  ['reserved', 'What calls under way hold'],
  ['remaining', 'What is left'],
];
const nanoPerUsd = 1e9;
/** Lifetime windows end beyond what a date can say. */
const latestReset = 2 ** 36;

/** Of each budget the `groups` fullest counters have series of their own. `read` may reject: there are no series then. */
export function registerBudgetMetrics(
  registry: Registry,
  groups: number,
  read: () => Promise<BudgetReadings>,
): void {
  let reading: Promise<Row[]> | undefined;
  // All gauges of one scrape show one reading.
  const rows = () => {
    reading ??= read()
      .then((readings) => rowsOf(readings, groups))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const gauge = (name: string, help: string, value: (row: Row) => number | undefined) =>
    new Gauge({
      name,
      help,
      labelNames: ['budget', 'unit', 'group'],
      registers: [registry],
      async collect() {
        const current = await rows().catch(() => []);
        this.reset();
        for (const row of current) {
          const { budget, unit, group } = row;
          const shown = value(row);
          if (shown !== undefined) this.set({ budget, unit, group }, shown);
        }
      },
    });
  for (const [figure, help] of figures)
    gauge(`tollgate_budget_${figure}`, `${help}; dollars, tokens, requests or calls by unit.`, (row) =>
      row.unit === 'usd' ? row[figure] / nanoPerUsd : row[figure],
    );
  gauge('tollgate_budget_reset_timestamp_seconds', 'When the window now ends (Unix time).', (row) =>
    row.resetsAtSeconds > latestReset ? undefined : row.resetsAtSeconds,
  );
}

function rowsOf({ budgets, standings, nowMs }: BudgetReadings, groups: number): Row[] {
  return budgets.flatMap((budget) => {
    const counters = standings.get(budget.name) ?? [];
    const shown = counters.length === 0 ? [unused(budget, nowMs)] : folded(counters, groups);
    return shown.map((standing) => ({ ...standing, budget: budget.name }));
  });
}

/** Fullest first; `other` is the sum of the rest. */
function folded(standings: readonly BudgetStanding[], groups: number): BudgetStanding[] {
  const own = new Map<string, BudgetStanding>();
  for (const [at, standing] of standings.entries()) {
    const group = at < groups ? standing.group.slice(0, 128) : 'other';
    const before = own.get(group);
    own.set(group, before === undefined ? { ...standing, group } : sum(before, standing));
  }
  return [...own.values()];
}

function sum(a: BudgetStanding, b: BudgetStanding): BudgetStanding {
  return {
    ...a,
    limit: a.limit + b.limit,
    used: a.used + b.used,
    reserved: a.reserved + b.reserved,
    remaining: a.remaining + b.remaining,
  };
}
