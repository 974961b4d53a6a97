/** Saving a budget that may have been changed meanwhile, by someone else or by its own status. */
import { type Budget, type BudgetSpec, getBudget, updateBudget } from '../../api/budgets.ts';
import { ApiError } from '../../api/client.ts';
import type { NamedDifference } from '../../components/conflict-notice.tsx';
import { same } from '../../components/same.ts';
import { strings } from '../../strings.ts';

export class BudgetConflict extends Error {
  /** As it is now. */
  readonly live: Budget;

  constructor(live: Budget) {
    super(strings.conflict.title);
    this.live = live;
  }
}

/** How it stands is written into its status again and again: only another spec is a conflict. Throws `BudgetConflict`. */
export async function saveBudget(opened: Budget, spec: BudgetSpec): Promise<Budget> {
  try {
    return await updateBudget(opened, spec);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const live = await getBudget(opened);
    if (!same(live.spec, opened.spec)) throw new BudgetConflict(live);
    return updateBudget(live, spec);
  }
}

const fieldsOf = (...specs: BudgetSpec[]) => [...new Set(specs.flatMap((spec) => Object.keys(spec)))];

/** The spec of now with those fields that were changed here. */
export function mergedSpec(opened: BudgetSpec, live: BudgetSpec, mine: BudgetSpec): BudgetSpec {
  const merged: BudgetSpec = { ...live };
  for (const field of fieldsOf(opened, mine)) {
    if (same(opened[field], mine[field])) continue;
    if (mine[field] === undefined) delete merged[field];
    else merged[field] = mine[field];
  }
  return merged;
}

export function specDifferences(opened: BudgetSpec, live: BudgetSpec, mine: BudgetSpec): NamedDifference[] {
  return fieldsOf(opened, live)
    .filter((field) => !same(opened[field], live[field]))
    .map((field) => ({
      name: field,
      before: opened[field],
      now: live[field],
      mine: same(opened[field], mine[field]) ? undefined : (mine[field] ?? null),
    }));
}
