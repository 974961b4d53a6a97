export const outcomes = ['ok', 'refused', 'failed'] as const;
export const pageSize = 50;

export interface CallsSearch {
  search?: string;
  outcome?: (typeof outcomes)[number];
  user?: string;
  model?: string;
  key?: string;
  /** Id of the last call of the page before. */
  before?: string;
  live?: boolean;
}

export function readCallsSearch(raw: Record<string, unknown>): CallsSearch {
  const found: CallsSearch = {};
  for (const name of ['search', 'user', 'model', 'key', 'before'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  const outcome = outcomes.find((name) => name === raw.outcome);
  if (outcome !== undefined) found.outcome = outcome;
  if (raw.live === true && found.before === undefined) found.live = true;
  return found;
}
