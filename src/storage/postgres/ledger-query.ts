/** A filter and a grouping as SQL: values are always bound, names come from closed tables. */
import type { LedgerFilter, UsageDimension } from '../ledger.ts';
import { likeLiteral } from '../like-pattern.ts';
import { storable } from './copy-text.ts';

/** SQL with `$1`, `$2`, … in the order of `values`. */
export class Statement {
  readonly values: (string | number)[] = [];

  /** The place of a bound value. */
  bind(value: string | number): string {
    this.values.push(typeof value === 'string' ? storable(value) : value);
    return `$${this.values.length}`;
  }

  /** `WHERE …`, or nothing. */
  where(filter: LedgerFilter, ...more: string[]): string {
    const conditions = [...this.#conditions(filter), ...more];
    return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  }

  /** `column` is what calls are added up by; `value` is made of it once for each of the sums. */
  dimension(dimension: UsageDimension): { column: string; value: string } {
    if (!dimension.startsWith('label:')) {
      const column = columns[dimension as keyof typeof columns];
      return { column, value: column };
    }
    const label = this.bind(dimension.slice('label:'.length));
    return { column: 'labels', value: `coalesce(labels::json ->> ${label}, '')` };
  }

  *#conditions(filter: LedgerFilter): Generator<string> {
    if (filter.fromMs !== undefined) yield `started >= ${this.bind(wholeMs(filter.fromMs))}`;
    if (filter.toMs !== undefined) yield `started < ${this.bind(wholeMs(filter.toMs))}`;
    for (const name of ['key', 'user', 'provider', 'route', 'outcome'] as const) {
      const value = filter[name];
      if (value !== undefined) yield `${columns[name]} = ${this.bind(value)}`;
    }
    if (filter.model !== undefined)
      yield `(model = ${this.bind(filter.model)} OR response_model = ${this.bind(filter.model)})`;
    for (const [label, value] of Object.entries(filter.labels ?? {}))
      yield `labels::json ->> ${this.bind(label)} = ${this.bind(value)}`;
    if (filter.search !== undefined && filter.search !== '')
      yield `record ILIKE ${this.bind(`%${likeLiteral(JSON.stringify(filter.search).slice(1, -1))}%`)}`;
  }
}

const columns = {
  user: '"user"',
  key: 'key',
  model: 'model',
  provider: 'provider',
  route: 'route',
  outcome: 'outcome',
};

/** What is beyond a bigint is beyond every call. */
function wholeMs(ms: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(ms)));
}
