/** A filter and a grouping as SQL: values are always bound, names come from closed tables. */
import type { LedgerFilter, UsageDimension } from '../ledger.ts';
import { likeLiteral } from '../like-pattern.ts';

export interface SqlPart {
  sql: string;
  values: (string | number)[];
}

export function whereOf(filter: LedgerFilter): SqlPart {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, ...bound: (string | number)[]) => {
    conditions.push(sql);
    values.push(...bound);
  };
  if (filter.fromMs !== undefined) add('started >= ?', Math.floor(filter.fromMs));
  if (filter.toMs !== undefined) add('started < ?', Math.floor(filter.toMs));
  for (const name of ['key', 'user', 'provider', 'route', 'outcome'] as const) {
    const value = filter[name];
    if (value !== undefined) add(`${name} = ?`, value);
  }
  if (filter.model !== undefined) add('(model = ? OR response_model = ?)', filter.model, filter.model);
  for (const [label, value] of Object.entries(filter.labels ?? {}))
    add('json_extract(labels, ?) = ?', labelPath(label), value);
  if (filter.search !== undefined && filter.search !== '')
    add(
      "EXISTS (SELECT 1 FROM call_record WHERE call_record.n = call.n AND record LIKE ? ESCAPE '\\')",
      `%${likeLiteral(JSON.stringify(filter.search).slice(1, -1))}%`,
    );
  return { sql: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** `column` is what calls are added up by; `value` is made of it once for each of the sums. */
export function dimensionOf(dimension: UsageDimension): { column: string; value: SqlPart } {
  if (!dimension.startsWith('label:')) return { column: dimension, value: { sql: dimension, values: [] } };
  const path = labelPath(dimension.slice('label:'.length));
  return { column: 'labels', value: { sql: "coalesce(json_extract(labels, ?), '')", values: [path] } };
}

/** A member's name as a JSON path of SQLite: quoted, so that dots are part of the name. */
function labelPath(label: string): string {
  return `$."${label.replaceAll('"', '')}"`;
}
