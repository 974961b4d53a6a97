/** How the budgets of a playground's call stood before it and after it. */
import { budgetsOfKey } from '../../core/budget/limit.ts';
import type { Budget } from '../../core/budget/model.ts';
import { unused } from '../../core/budget/standing.ts';
import { termsOfMetadata } from '../../core/config/key-terms.ts';
import type { KeyEntry } from '../../core/config/snapshot.ts';
import type { RecordedCharge } from '../../core/record.ts';
import { type CounterView, counterView, standingsNow } from '../budget-view.ts';
import type { AdminContext } from '../context.ts';
import { drawnOn } from '../me.ts';

export interface CounterMoved {
  /** `namespace/name`, or the limit of the key itself. */
  name: string;
  group: string;
  unit: Budget['unit'];
  before: CounterView;
  after: CounterView;
}

export interface Standing {
  /** Of what the key draws on whatever it asks for, and of what the call was charged to. */
  moved(charges: readonly RecordedCharge[]): Promise<CounterMoved[]>;
}

type Look = (budget: Budget, group: string) => CounterView;

/** Reads the counters now, to be compared with how they stand when `moved` is asked. */
export async function standingBefore(context: AdminContext, key: KeyEntry | undefined): Promise<Standing> {
  const before = await look(context, key);
  return {
    async moved(charges) {
      const after = await look(context, key);
      return countersOf(context, key, charges).map(({ budget, group }) => ({
        name: budget.name.replace(`${key?.id}#`, ''),
        group,
        unit: budget.unit,
        before: before(budget, group),
        after: after(budget, group),
      }));
    },
  };
}

function countersOf(context: AdminContext, key: KeyEntry | undefined, charges: readonly RecordedCharge[]) {
  const found = new Map<string, { budget: Budget; group: string }>();
  const add = (budget: Budget, group: string) =>
    found.set(`${budget.name} ${budget.unit} ${group}`, { budget, group });
  if (key !== undefined) for (const { budget, group } of drawnOn(context, key)) add(budget, group);
  const all = budgetsFor(context, key);
  for (const { budget: name, unit, group } of charges) {
    const budget = all.find((one) => one.name === name && one.unit === unit);
    if (budget !== undefined) add(budget, group);
  }
  return [...found.values()];
}

async function look(context: AdminContext, key: KeyEntry | undefined): Promise<Look> {
  const standings = await standingsNow(context, budgetsFor(context, key));
  return (budget, group) => {
    const found = standings.get(budget.name)?.find((standing) => standing.group === group);
    return counterView(found ?? { ...unused(budget, context.nowMs()), group });
  };
}

function budgetsFor({ inForce }: AdminContext, key: KeyEntry | undefined): Budget[] {
  const { limits = {} } = key === undefined ? {} : (key.terms ?? termsOfMetadata(key.metadata));
  return [...inForce().budgets, ...(key === undefined ? [] : budgetsOfKey(key.id, limits))];
}
