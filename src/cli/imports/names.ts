/** Names of other systems as names and labels that the API takes. */

/** A DNS label or subdomain of at most 63 characters, so that it can be a label's value too. */
export function resourceName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/\.{2,}|\.-|-\./g, '-')
    .slice(0, 63)
    .replace(/^[.-]+|[.-]+$/g, '');
  return name === '' ? 'key' : name;
}

/** The same name once only: later ones get a number. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  take(text: string): string {
    const base = resourceName(text);
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base.slice(0, 57)}-${n}`;
    this.#taken.add(name);
    return name;
  }
}

export function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text);
}
