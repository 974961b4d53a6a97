/** How budgets look in tables, and one budget in full. */
import type { BudgetCounter, BudgetView } from '../admin-api.ts';
import { countText, momentText, orDash } from '../output/figures.ts';
import { type Column, fieldsText } from '../output/table.ts';

/** Dollars are decimal text and stay exact; counts get their thousands. */
export function amountText(amount: number | string | undefined, unit: string): string {
  if (amount === undefined) return '-';
  if (unit === 'usd') return `$${amount}`;
  return countText(Number(amount));
}

const fullest = ({ counters }: BudgetView): BudgetCounter | undefined => counters[0];

function amount(title: string, field: 'used' | 'reserved' | 'remaining'): Column<BudgetView> {
  return {
    title,
    name: field,
    text: (budget) => amountText(fullest(budget)?.[field], budget.unit),
    value: (budget) => fullest(budget)?.[field] ?? '',
    align: 'right',
  };
}

/** The fullest counter stands for the budget. */
export const budgetColumns: readonly Column<BudgetView>[] = [
  { title: 'NAMESPACE', text: (budget) => budget.namespace },
  { title: 'NAME', text: (budget) => budget.name },
  { title: 'UNIT', text: (budget) => budget.unit },
  {
    title: 'LIMIT',
    text: (budget) => amountText(limitOf(budget), budget.unit),
    value: (budget) => limitOf(budget) ?? '',
    align: 'right',
  },
  amount('USED', 'used'),
  amount('HELD', 'reserved'),
  amount('LEFT', 'remaining'),
  {
    title: 'GROUP',
    name: 'group',
    text: (budget) => orDash(fullest(budget)?.group),
  },
  {
    title: 'RESETS',
    name: 'resetsAt',
    text: (budget) => orDash(momentText(fullest(budget)?.resetsAt)),
    value: (budget) => fullest(budget)?.resetsAt ?? '',
  },
  {
    title: 'STATUS',
    text: ({ status }) => status,
    style: ({ status }) => (status === 'ok' ? 'good' : 'bad'),
  },
];

export function counterColumns(unit: string): readonly Column<BudgetCounter>[] {
  const figure = (title: string, field: 'limit' | 'used' | 'reserved' | 'remaining') =>
    ({
      title,
      name: field,
      text: (one) => amountText(one[field], unit),
      value: (one) => one[field],
      align: 'right',
    }) satisfies Column<BudgetCounter>;
  return [
    { title: 'GROUP', text: ({ group }) => orDash(group), value: ({ group }) => group },
    figure('LIMIT', 'limit'),
    figure('USED', 'used'),
    figure('HELD', 'reserved'),
    figure('LEFT', 'remaining'),
    {
      title: 'RESETS',
      name: 'resetsAt',
      text: ({ resetsAt }) => orDash(momentText(resetsAt)),
      value: ({ resetsAt }) => resetsAt ?? '',
    },
  ];
}

export function budgetText(budget: BudgetView): string {
  const { spec, unit, forecast } = budget;
  const part = (name: string) => (spec[name] === undefined ? undefined : JSON.stringify(spec[name]));
  return fieldsText([
    ['name', `${budget.namespace}/${budget.name}`],
    ['status', budget.status],
    ['because', budget.message],
    ['limit', `${amountText(limitOf(budget), unit)}${unit === 'usd' ? '' : ` ${unit}`}`],
    ['window', part('window') ?? 'for ever'],
    ['selects', part('selector') ?? 'every call'],
    ['one counter for each', (spec['groupBy'] as string[] | undefined)?.join(', ')],
    ['enforcement', spec['enforcement'] as string | undefined],
    ['at the limit', part('onExceeded')],
    ['overrides', part('overrides')],
    [
      'used a day',
      forecast && amountText(unit === 'usd' ? forecast.perDay.toFixed(2) : forecast.perDay, unit),
    ],
    ['runs out on', momentText(forecast?.runsOutAt)],
  ]);
}

/** What a counter has in force (overrides), else what the spec says. */
function limitOf(budget: BudgetView): number | string | undefined {
  const limit = budget.spec['limit'] as Record<string, number | string> | undefined;
  return fullest(budget)?.limit ?? limit?.[budget.unit];
}
