export interface CelSearch {
  /** Id of a recorded call. */
  call?: string;
  expression?: string;
}

export function readCelSearch(raw: Record<string, unknown>): CelSearch {
  const found: CelSearch = {};
  for (const name of ['call', 'expression'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  return found;
}
