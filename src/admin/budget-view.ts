/** Budgets with how they stand: their counters, and when they run out at this pace. */
import { heldPrefix, usedPrefix } from '../core/budget/counter-keys.ts';
import { forecastOf } from '../core/budget/forecast.ts';
import type { Budget, BudgetUnit } from '../core/budget/model.ts';
import { type BudgetStanding, standingsOf, unused } from '../core/budget/standing.ts';
import { usdText } from '../core/budget/units.ts';
import { nameOf } from '../core/config/objects.ts';
import type { Condition, KubeObject } from '../core/resources/object.ts';
import type { AdminContext } from './context.ts';
import { tollgateGroup } from './key-view.ts';

const maxCounters = 100;
/** Lifetime windows end beyond what a date can say. */
const farSeconds = 2 ** 36;

export interface CounterView {
  group: string;
  /** Dollars as decimal text, all others numbers. */
  limit: number | string;
  used: number | string;
  reserved: number | string;
  remaining: number | string;
  resetsAt?: string;
}

export interface BudgetView {
  namespace: string;
  name: string;
  spec: unknown;
  status: 'ok' | 'invalid';
  message?: string;
  counters: CounterView[];
  unit: BudgetUnit;
  resourceVersion: string;
  forecast?: { runsOutAt?: string; perDay: number };
}

export async function standingsNow(
  { counters, nowMs }: AdminContext,
  budgets: readonly Budget[],
): Promise<Map<string, BudgetStanding[]>> {
  const values = [...(await counters.list(usedPrefix)), ...(await counters.list(heldPrefix))];
  return standingsOf(budgets, values, nowMs());
}

export async function allBudgets(context: AdminContext): Promise<BudgetView[]> {
  const standings = await standingsNow(context, context.inForce().budgets);
  return context.resources
    .list(tollgateGroup, 'Budget')
    .map((object) => budgetView(context, object, standings));
}

export function budgetView(
  { inForce, nowMs }: AdminContext,
  object: KubeObject,
  standings: ReadonlyMap<string, readonly BudgetStanding[]>,
): BudgetView {
  const name = nameOf(object);
  const budget = inForce().budgets.find((one) => one.name === name);
  const [unit] = Object.keys((object['spec'] as { limit: object }).limit) as [BudgetUnit];
  const now = nowMs();
  const found = budget === undefined ? [] : counted(budget, standings.get(name) ?? [], now);
  return {
    namespace: object.metadata.namespace!,
    name: object.metadata.name,
    spec: object['spec'],
    ...statusOf(object),
    counters: found.slice(0, maxCounters).map(counterView),
    unit,
    resourceVersion: object.metadata.resourceVersion ?? '',
    ...forecastView(object, budget, found[0], now),
  };
}

/** One counter shared by all is there before anybody has drawn on it. */
function counted(
  budget: Budget,
  standings: readonly BudgetStanding[],
  nowMs: number,
): readonly BudgetStanding[] {
  return standings.length === 0 && budget.groupBy.length === 0 ? [unused(budget, nowMs)] : standings;
}

function statusOf(object: KubeObject): Pick<BudgetView, 'status' | 'message'> {
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: Condition[] };
  const of = (wanted: string) => conditions.find(({ type, status }) => type === wanted && status === 'False');
  const refused = of('Accepted');
  if (refused !== undefined) return { status: 'invalid', message: refused.message };
  const unpriced = of('Priced');
  return { status: 'ok', ...(unpriced && { message: unpriced.message }) };
}

export function counterView(standing: BudgetStanding): CounterView {
  const { group, unit, limit, used, reserved, remaining, resetsAtSeconds } = standing;
  const amount = (value: number) => (unit === 'usd' ? usdText(value) : value);
  const resets = unit !== 'concurrency' && resetsAtSeconds < farSeconds;
  return {
    group,
    limit: amount(limit),
    used: amount(used),
    reserved: amount(reserved),
    remaining: amount(remaining),
    ...(resets ? { resetsAt: new Date(resetsAtSeconds * 1000).toISOString() } : {}),
  };
}

/** Of the fullest counter: the first to run out. */
export function forecastView(
  { metadata }: KubeObject,
  budget: Budget | undefined,
  fullest: BudgetStanding | undefined,
  nowMs: number,
): Pick<BudgetView, 'forecast'> {
  if (budget === undefined || fullest === undefined) return {};
  const forecast = forecastOf(budget.window, fullest, nowMs, Date.parse(metadata.creationTimestamp ?? ''));
  if (forecast === undefined) return {};
  const { perDay, runsOutAtMs } = forecast;
  return {
    forecast: {
      // Dollars, to a ten-thousandth of a cent.
      perDay: budget.unit === 'usd' ? Math.round(perDay / 1_000) / 1_000_000 : perDay,
      ...(runsOutAtMs === undefined ? {} : { runsOutAt: new Date(runsOutAtMs).toISOString() }),
    },
  };
}
