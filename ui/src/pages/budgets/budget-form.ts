/** The form of a budget: its values out of a spec, what is wrong with them, and the spec they make. */

import type { Budget, BudgetSpec, BudgetUnit } from '../../api/budgets.ts';
import { ApiError } from '../../api/client.ts';
import { strings } from '../../strings.ts';

const texts = strings.budgets.form;

export interface LabelEntry {
  id: number;
  name: string;
  value: string;
}

export interface BudgetFormValues {
  name: string;
  labels: LabelEntry[];
  groupBy: string[];
  unit: BudgetUnit;
  amount: string;
  /** A calendar unit, `rolling` or `lifetime`. */
  window: string;
  rolling: string;
  timeZone: string;
  enforcement: string;
  action: string;
  model: string;
}

export function valuesOf(budget: Budget | undefined): BudgetFormValues {
  const spec = budget?.spec;
  const window = spec?.window;
  const unit = budget?.unit ?? 'tokens';
  const labels = Object.entries(spec?.selector?.matchLabels ?? {});
  const amount = spec?.limit[unit];
  return {
    name: budget?.name ?? '',
    labels: labels.map(([name, value], id) => ({ id, name, value })),
    groupBy: spec?.groupBy ?? [],
    unit,
    amount: amount === undefined ? '' : String(amount),
    window:
      window?.calendar ??
      (window?.rolling === undefined ? (spec === undefined ? 'Day' : 'lifetime') : 'rolling'),
    rolling: window?.rolling ?? '',
    timeZone: window?.timeZone ?? '',
    enforcement: spec?.enforcement ?? 'Hard',
    action: spec?.onExceeded?.action ?? 'Reject',
    model: spec?.onExceeded?.model ?? '',
  };
}

export function checkBudget(values: BudgetFormValues): Partial<Record<keyof BudgetFormValues, string>> {
  const errors: Partial<Record<keyof BudgetFormValues, string>> = {};
  if (values.name === '') errors.name = texts.nameMissing;
  if (!amountPattern(values.unit).test(values.amount.trim())) errors.amount = texts.amountMissing;
  if (hasWindow(values) && values.window === 'rolling' && !/^(\d{1,5}[hms]){1,3}$/.test(values.rolling))
    errors.rolling = texts.rollingMissing;
  if (values.action === 'SwitchModel' && values.model.trim() === '') errors.model = texts.modelMissing;
  return errors;
}

export const amountPattern = (unit: BudgetUnit) => (unit === 'usd' ? /^\d{1,7}(\.\d{1,9})?$/ : /^\d{1,16}$/);

/** Calls at once are counted now, not in a window. */
export const hasWindow = ({ unit }: BudgetFormValues) => unit !== 'concurrency';

/** Fields that the form does not show (overrides, alerts, reservation, …) stay as they were. */
export function specOf(values: BudgetFormValues, before: BudgetSpec | undefined): BudgetSpec {
  const amount = values.unit === 'usd' ? values.amount.trim() : Number(values.amount);
  const { selector, groupBy: _, window: __, onExceeded, ...kept } = before ?? { limit: {} };
  const selected = selectorOf(values, selector);
  const { model: ___, ...exceeded } = onExceeded ?? {};
  const window = windowOf(values);
  return {
    ...kept,
    ...(selected === undefined ? {} : { selector: selected }),
    ...(values.groupBy.length === 0 ? {} : { groupBy: values.groupBy }),
    limit: { [values.unit]: amount },
    ...(window === undefined ? {} : { window }),
    enforcement: values.enforcement,
    onExceeded: {
      ...exceeded,
      action: values.action,
      ...(values.action === 'SwitchModel' ? { model: values.model.trim() } : {}),
    },
  };
}

function selectorOf({ labels }: BudgetFormValues, before: BudgetSpec['selector']): BudgetSpec['selector'] {
  const entries = labels.filter(({ name }) => name.trim() !== '');
  const { matchLabels: _, ...kept } = before ?? {};
  const matchLabels = Object.fromEntries(entries.map(({ name, value }) => [name.trim(), value.trim()]));
  const selector = { ...kept, ...(entries.length === 0 ? {} : { matchLabels }) };
  return Object.keys(selector).length === 0 ? undefined : selector;
}

function windowOf(values: BudgetFormValues): BudgetSpec['window'] {
  if (!hasWindow(values) || values.window === 'lifetime') return undefined;
  if (values.window === 'rolling') return { rolling: values.rolling };
  const timeZone = values.timeZone.trim();
  return { calendar: values.window, ...(timeZone === '' ? {} : { timeZone }) };
}

const fields: Record<string, keyof BudgetFormValues> = {
  name: 'name',
  selector: 'labels',
  groupBy: 'groupBy',
  limit: 'amount',
  timeZone: 'timeZone',
  rolling: 'rolling',
  window: 'window',
  enforcement: 'enforcement',
  model: 'model',
  onExceeded: 'action',
};

/** The form's field for the API's (`spec.window.timeZone`): the last step that it knows. */
export function budgetFieldOf(error: unknown): keyof BudgetFormValues | undefined {
  if (!(error instanceof ApiError) || error.field === undefined) return undefined;
  const known = error.field.split(/[.[\]]+/).flatMap((step) => fields[step] ?? []);
  return known.at(-1);
}
