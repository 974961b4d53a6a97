/** `/budgets/{namespace}/{name}/burn-down`: how a counter filled up in its window and in the one before, and when it runs out. */
import {
  type BurnDownPlan,
  burnDownPlan,
  limitSteps,
  lineOf,
  type Point,
  type Span,
} from '../core/budget/burn-down.ts';
import type { Budget, BudgetUnit } from '../core/budget/model.ts';
import { type BudgetStanding, unused } from '../core/budget/standing.ts';
import { usdText } from '../core/budget/units.ts';
import { any, flag, list, record, required, text } from '../core/resources/schema-builders.ts';
import { forecastView, standingsNow } from './budget-view.ts';
import { type BurnDown, BurnDownReader } from './burn-down-reader.ts';
import { ledgerOf } from './context.ts';
import { tollgateGroup } from './key-view.ts';
import { notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const moment = (description: string) => text(description, { format: 'date-time' });
const amount = (description: string) => any(`${description} Dollars as decimal text, all others numbers.`);

const line = list(
  'Oldest first.',
  record('A point.', { at: required(moment('When.')), used: required(amount('Used until then.')) }),
);
const limits = list(
  'Oldest first.',
  record('A limit.', { from: required(moment('From when.')), limit: required(amount('In force then.')) }),
);

const schema = record('A counter’s course, added up from what the ledger’s calls were charged.', {
  group: required(text('Of the counter; empty when all share one.')),
  unit: required(text('What is counted.')),
  from: required(moment('Begin of the window.')),
  to: moment('Its end; absent: it has none.'),
  points: required({
    ...line,
    description:
      'Until now; the last is the counter itself. Of a rolling window each is the sum of its length.',
  }),
  limits: required(limits),
  forecast: record('If it goes on like this.', {
    perDay: required({ type: 'number', description: 'In the unit; dollars for `usd`.' }),
    runsOutAt: moment('Absent when it lasts until it resets.'),
  }),
  before: record('The window before; rolling ones and lifetimes have none.', {
    from: required(moment('Its begin.')),
    to: required(moment('Its end.')),
    points: required(line),
    limits: required(limits),
  }),
  complete: required(flag('False: not all calls are read yet. Ask again: reading goes on where it stopped.')),
});

export function burnDownRoute(): Route {
  const reader = new BurnDownReader();
  return {
    method: 'GET',
    path: '/budgets/{namespace}/{name}/burn-down',
    access: 'team',
    summary: 'How a budget’s counter filled up in this window and the one before, and its forecast',
    query: { group: text('Of the counter; default: the fullest.', { maxLength: 1_000 }) },
    answer: { status: 200, description: 'The course', schema },
    serve: (call) => burnDown(call, reader),
  };
}

async function burnDown({ context, path, query }: Call, reader: BurnDownReader) {
  const { namespace = '', name = '' } = path;
  const object = context.resources.get({ group: tollgateGroup, kind: 'Budget', namespace, name });
  if (object === undefined) throw notFound('such budget');
  const budget = context.inForce().budgets.find((one) => one.name === `${namespace}/${name}`);
  if (budget === undefined)
    throw new Problem(409, 'not_in_force', 'this budget is invalid: it counts nothing');
  if (budget.unit === 'concurrency')
    throw new Problem(409, 'no_course', 'calls at once are given back: nothing is used up');
  const nowMs = context.nowMs();
  const standings = (await standingsNow(context, [budget])).get(budget.name) ?? [];
  const group = query.get('group') ?? standings[0]?.group ?? '';
  const standing = standings.find((one) => one.group === group) ?? { ...unused(budget, nowMs), group };
  const plan = burnDownPlan(budget.window, nowMs, Date.parse(object.metadata.creationTimestamp ?? ''));
  const ledger = ledgerOf(context.team?.whole ?? context);
  const charged = await reader.read(ledger, budget, group, plan, nowMs);
  const json = {
    ...view(budget, standing, plan, charged, nowMs),
    ...forecastView(object, budget, standing, nowMs),
  };
  return { status: 200, json };
}

function view(
  budget: Budget,
  standing: BudgetStanding,
  { now, before, rollingMs }: BurnDownPlan,
  { now: charged, before: chargedBefore, complete }: BurnDown,
  nowMs: number,
): object {
  const { unit, window } = budget;
  const shown = lineOf(now, charged, nowMs, rollingMs).filter(({ atMs }) => atMs < nowMs);
  const fromMs = rollingMs === undefined ? now.fromMs : nowMs - rollingMs;
  const toMs = window.type === 'calendar' ? now.toMs : nowMs;
  return {
    group: standing.group,
    unit,
    from: iso(fromMs),
    ...(window.type === 'calendar' && { to: iso(toMs) }),
    points: pointsView(unit, [...shown, { atMs: nowMs, used: standing.used }]),
    limits: limitsView(budget, fromMs, toMs),
    ...(before && { before: beforeView(budget, before, chargedBefore) }),
    complete,
  };
}

function beforeView(budget: Budget, before: Span, charged: readonly number[]): object {
  const { fromMs, toMs } = before;
  return {
    from: iso(fromMs),
    to: iso(toMs),
    points: pointsView(budget.unit, lineOf(before, charged, toMs)),
    limits: limitsView(budget, fromMs, toMs),
  };
}

function limitsView(budget: Budget, fromMs: number, toMs: number): object[] {
  return limitSteps(budget, fromMs, toMs).map(({ atMs, limit }) => ({
    from: iso(atMs),
    limit: amountView(budget.unit, limit),
  }));
}

const pointsView = (unit: BudgetUnit, points: readonly Point[]) =>
  points.map(({ atMs, used }) => ({ at: iso(atMs), used: amountView(unit, used) }));

const amountView = (unit: BudgetUnit, value: number) => (unit === 'usd' ? usdText(value) : value);

const iso = (ms: number) => new Date(ms).toISOString();
