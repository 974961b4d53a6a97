/** Values of a label that comes from outside: the first `limit` are kept, later ones count as `other`. */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(value: string | undefined): string {
    if (value === undefined) return '';
    const short = value.slice(0, 128);
    if (this.#known.has(short)) return short;
    if (this.#known.size >= this.#limit) return 'other';
    this.#known.add(short);
    return short;
  }
}
