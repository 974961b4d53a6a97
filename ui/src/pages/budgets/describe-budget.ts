import type { Budget, BudgetSpec, BudgetUnit } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { strings } from '../../strings.ts';

const texts = strings.budgets;

/** `100K tokens a day · department: engineering · one for each apiKey.user_id · Hard`. */
export function describeBudget({ spec, unit }: Budget): string {
  const limit = formatAmount(spec.limit[unit] ?? 0, unit);
  const labels = Object.entries(spec.selector?.matchLabels ?? {}).map(([name, value]) => `${name}: ${value}`);
  const selected = [
    ...labels,
    ...(spec.selector?.expression === undefined ? [] : [spec.selector.expression]),
  ];
  const groups = spec.groupBy ?? [];
  return [
    `${limit} ${windowText(spec, unit)}`.trim(),
    selected.length === 0 ? texts.everyCall : selected.join(', '),
    groups.length === 0 ? texts.everyone : texts.oneFor(groups.join(', ')),
    spec.enforcement === 'Soft' ? texts.soft : texts.hard,
    texts.form.actions[(spec.onExceeded?.action ?? 'Reject') as 'Reject'] ?? '',
  ].join(' · ');
}

function windowText({ window }: BudgetSpec, unit: BudgetUnit): string {
  if (unit === 'concurrency') return '';
  if (window?.calendar !== undefined) {
    const zone = window.timeZone === undefined ? '' : ` (${window.timeZone})`;
    return `${texts.each(texts.per[window.calendar] ?? window.calendar)}${zone}`;
  }
  return window?.rolling === undefined ? texts.forever : texts.rolling(window.rolling);
}
