export interface PlaygroundSearch {
  /** `8080 host/path` of an offer. */
  at?: string;
  /** `namespace/name` and path of a call: an offer that would take it, where `at` names none. */
  route?: string;
  path?: string;
  /** Id of a key. */
  key?: string;
  model?: string;
}

export function readPlaygroundSearch(raw: Record<string, unknown>): PlaygroundSearch {
  const found: PlaygroundSearch = {};
  for (const name of ['at', 'route', 'path', 'key', 'model'] as const)
    if (raw[name] !== undefined && raw[name] !== '') found[name] = String(raw[name]);
  return found;
}
