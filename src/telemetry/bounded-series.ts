/** Label values that come from outside, and their combinations: a bounded number of series whatever comes in. */
import { BoundedLabel } from './bounded-label.ts';

export class BoundedSeries {
  readonly #labels: readonly string[];
  readonly #values: BoundedLabel[];
  readonly #combinations = new Set<string>();
  readonly #most: number;

  /** `most` combinations have a series of their own; in later ones every label is `other`. */
  constructor(labels: readonly string[], valuesPerLabel: number, most = 2_000) {
    this.#labels = labels;
    this.#values = labels.map(() => new BoundedLabel(valuesPerLabel));
    this.#most = most;
  }

  of(values: readonly (string | undefined)[]): Record<string, string> {
    const bounded = this.#values.map((label, at) => label.of(values[at]));
    const combination = bounded.join('\0');
    const known = this.#combinations.has(combination);
    const fits = known || this.#combinations.size < this.#most;
    if (fits && !known) this.#combinations.add(combination);
    return Object.fromEntries(this.#labels.map((label, at) => [label, fits ? bounded[at]! : 'other']));
  }
}
