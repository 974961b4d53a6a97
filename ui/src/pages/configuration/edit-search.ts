export interface EditSearch {
  kind?: string;
  namespace?: string;
  name?: string;
}

/** All three name an object; otherwise the text begins empty. */
export function readEditSearch(raw: Record<string, unknown>): EditSearch {
  const { kind, namespace, name } = raw;
  if (typeof kind !== 'string' || !/^[A-Za-z]{1,63}$/.test(kind)) return {};
  if (namespace === undefined || name === undefined) return {};
  return { kind, namespace: String(namespace), name: String(name) };
}
