/** Budgets out of a file that a person wrote. */
import { defined } from './defined.ts';
import { CliFailure } from './failure.ts';
import { readDocuments } from './input-file.ts';

export interface NewBudget {
  namespace?: string;
  name: string;
  spec: Record<string, unknown>;
}

interface BudgetObject {
  kind?: string;
  metadata?: { name?: string; namespace?: string };
  spec?: Record<string, unknown>;
}

/** Throws `CliFailure` when a document is no Budget. `namespace`: for those that name none. */
export async function budgetsInFile(file: string, namespace: string | undefined): Promise<NewBudget[]> {
  return (await readDocuments(file)).map((document, i) => {
    const { kind, metadata, spec } = document as BudgetObject;
    if (kind !== 'Budget' || metadata?.name === undefined || spec === undefined)
      throw new CliFailure(`${file}: document ${i + 1} is not a Budget with a name and a spec`);
    return { ...defined({ namespace: metadata.namespace ?? namespace }), name: metadata.name, spec };
  });
}
