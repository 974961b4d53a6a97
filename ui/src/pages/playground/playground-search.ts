export interface PlaygroundSearch {
  /** `8080 host/path` of an offer. */
  at?: string;
  /** Id of a key. */
  key?: string;
  model?: string;
}

export function readPlaygroundSearch(raw: Record<string, unknown>): PlaygroundSearch {
  const found: PlaygroundSearch = {};
  for (const name of ['at', 'key', 'model'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  return found;
}
