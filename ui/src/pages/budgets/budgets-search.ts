export interface BudgetsSearch {
  search?: string;
}

export function readBudgetsSearch({ search }: Record<string, unknown>): BudgetsSearch {
  return search === undefined || search === '' ? {} : { search: String(search) };
}
