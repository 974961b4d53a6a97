/** Finds the series of a call by its label values, of which a bounded number has series of their own whatever comes in. */
import { BoundedLabel } from './bounded-label.ts';

export interface SeriesCacheOptions<T> {
  /** The first so many values come from callers; the others are names of the configuration. */
  fromCallers: number;
  /** Values of one label that have series of their own; later ones are `other`. */
  labelValues: number;
  /** Combinations of callers' values that have series of their own; in later ones each is `other`. */
  most: number;
  make(values: readonly string[]): T;
}

const separator = '\0';

export class SeriesCache<T> {
  readonly #options: SeriesCacheOptions<T>;
  readonly #labels: BoundedLabel[];
  readonly #combinations = new Set<string>();
  readonly #made = new Map<string, T>();
  /** By the values as they came, so that a busy combination is found at once. */
  readonly #known = new Map<string, T>();

  constructor(options: SeriesCacheOptions<T>) {
    this.#options = options;
    this.#labels = Array.from({ length: options.fromCallers }, () => new BoundedLabel(options.labelValues));
  }

  at(values: readonly (string | undefined)[]): T {
    const raw = values.join(separator);
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const bounded = this.#bound(values);
    const name = bounded.join(separator);
    let series = this.#made.get(name);
    if (series === undefined) {
      series = this.#options.make(bounded);
      this.#made.set(name, series);
    }
    if (this.#known.size < 4 * this.#options.most) this.#known.set(raw, series);
    return series;
  }

  #bound(values: readonly (string | undefined)[]): string[] {
    const { fromCallers, most } = this.#options;
    const callers = this.#labels.map((label, at) => label.of(values[at]));
    const others = values.slice(fromCallers).map((value) => value ?? '');
    const combination = callers.join(separator);
    if (!this.#combinations.has(combination)) {
      if (this.#combinations.size >= most) return [...callers.map(() => 'other'), ...others];
      this.#combinations.add(combination);
    }
    return [...callers, ...others];
  }
}

export function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}
