export const pageSize = 50;

export interface ModelsSearch {
  search?: string;
  page?: number;
}

export function readModelsSearch(raw: Record<string, unknown>): ModelsSearch {
  const found: ModelsSearch = {};
  if (raw.search !== undefined && raw.search !== '') found.search = String(raw.search);
  const page = Number(raw.page);
  if (Number.isInteger(page) && page > 1 && page <= 100_000) found.page = page;
  return found;
}
