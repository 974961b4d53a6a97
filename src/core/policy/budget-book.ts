/** Which budgets a call draws on. What only its key decides is found once for each key. */
import { budgetsOfKey } from '../budget/limit.ts';
import type { Budget } from '../budget/model.ts';
import { type CelProgram, type CompileExpression, holds } from '../cel/compile.ts';
import type { KeyTerms } from '../config/key-terms.ts';
import { selects } from '../config/objects.ts';
import type { PolicyContext } from './policy.ts';

export interface LinkedBudget {
  budget: Budget;
  selector: CelProgram | undefined;
  groupBy: CelProgram[];
}

export class BudgetBook {
  readonly #anonymous: LinkedBudget[];
  readonly #all: LinkedBudget[];
  readonly #byKey = new WeakMap<KeyTerms, LinkedBudget[]>();

  constructor(budgets: readonly Budget[], compile: CompileExpression) {
    this.#all = budgets.map((budget) => link(budget, compile));
    this.#anonymous = this.#all.filter(({ budget }) => selects(budget.labels, {}));
  }

  of(context: PolicyContext): LinkedBudget[] {
    const byLabels = context.terms === undefined ? this.#anonymous : this.#ofKey(context.terms, context);
    if (byLabels.every(({ selector }) => selector === undefined)) return byLabels;
    return byLabels.filter(({ selector }) => selector === undefined || holds(selector, context.variables));
  }

  #ofKey(terms: KeyTerms, context: PolicyContext): LinkedBudget[] {
    let found = this.#byKey.get(terms);
    if (found === undefined) {
      const own = budgetsOfKey(context.identity!.id, terms.limits ?? {});
      found = this.#all.filter(({ budget }) => selects(budget.labels, terms.labels));
      found = [...found, ...own.map((budget) => ({ budget, selector: undefined, groupBy: [] }))];
      this.#byKey.set(terms, found);
    }
    return found;
  }
}

/** The compiler of the configuration has seen these expressions compile. */
function link(budget: Budget, compile: CompileExpression): LinkedBudget {
  const program = (source: string) => {
    const compiled = compile(source);
    if (!compiled.ok) throw new Error(`budget ${budget.name}: ${compiled.error}`);
    return compiled.program;
  };
  return {
    budget,
    selector: budget.expression === undefined ? undefined : program(budget.expression),
    groupBy: budget.groupBy.map(program),
  };
}
