/** The fields that are there: options and imported fields are often left out, and what is sent should not name them. */
export function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
