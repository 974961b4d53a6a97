/**
 * Lists that are read whole: one description says what a list is searched for, filtered and sorted by and what its files hold; the
 * query parameters, the schema of the answer and the answer itself come of it.
 */
import type { Schema } from '../core/resources/kind.ts';
import { list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { type Cell, csvOf } from '../core/text/csv.ts';
import { compareText } from '../storage/listed-keys.ts';
import { offsetOf, pageParameters } from './page.ts';
import type { Answer, AnswerSchema } from './route.ts';

type Value = string | number | undefined;

interface Filter<T> {
  schema: Schema;
  /** `wanted` was checked against the schema. */
  lets(item: T, wanted: string): boolean;
}

export interface Ordering<T> {
  /** What `search` is looked for in, in any case. */
  textsOf(item: T): readonly Value[];
  filters?: Readonly<Record<string, Filter<T>>>;
  /** What rows can be sorted by; the first when nothing is said. */
  sorts: Readonly<Record<string, (item: T) => Value>>;
}

export interface Listing<T> extends Ordering<T> {
  /** Of files, without its ending. */
  fileName: string;
  item: Schema;
  /** Of CSV, in this order. */
  columns: Readonly<Record<string, (item: T) => Cell>>;
  /** As JSON has it. */
  shown(item: T): object;
}

/** All but `format`. */
export function orderParameters<T>({ sorts, filters = {} }: Ordering<T>): Record<string, Schema> {
  const [first = ''] = Object.keys(sorts);
  return {
    search: text('Found in the texts of a row, in any case.'),
    ...Object.fromEntries(Object.entries(filters).map(([name, { schema }]) => [name, schema])),
    sort: text(`Default ${first}. Rows without such a value come last.`, { enum: Object.keys(sorts) }),
    order: text('Default asc.', { enum: ['asc', 'desc'] }),
    ...pageParameters,
    limit: { ...pageParameters.limit, description: 'Items on the page; default all.' },
  };
}

export function listParameters<T>(listing: Listing<T>): Record<string, Schema> {
  return {
    ...orderParameters(listing),
    format: text('Default json; csv and jsonl have all pages.', { enum: ['json', 'csv', 'jsonl'] }),
  };
}

export function listAnswer<T>({ item }: Listing<T>): AnswerSchema {
  return {
    status: 200,
    description: 'One page',
    mediaTypes: ['text/csv', 'application/x-ndjson'],
    schema: record('A page.', {
      items: required(list('As `sort` says.', item)),
      total: required(whole('On all pages.')),
    }),
  };
}

/** Of all that match, the page. */
export function cutPage<T>(found: readonly T[], query: URLSearchParams): T[] {
  const offset = offsetOf(query);
  return found.slice(offset, offset + Number(query.get('limit') ?? found.length));
}

/** All that match, in order; those of one value stay in the order that they come in. */
export function findIn<T>(ordering: Ordering<T>, items: readonly T[], query: URLSearchParams): T[] {
  return sorted(ordering, filtered(ordering, items, query), query);
}

/** The router has checked the query. */
export function answerList<T>(listing: Listing<T>, items: readonly T[], query: URLSearchParams): Answer {
  const found = findIn(listing, items, query);
  const { fileName, columns, shown } = listing;
  const format = query.get('format');
  if (format === 'csv') {
    const rows = found.map((item) => Object.values(columns).map((cellOf) => cellOf(item)));
    return {
      status: 200,
      text: csvOf(Object.keys(columns), rows),
      mediaType: 'text/csv; charset=utf-8',
      fileName: `${fileName}.csv`,
    };
  }
  if (format === 'jsonl')
    return {
      status: 200,
      text: found.map((item) => `${JSON.stringify(shown(item))}\n`).join(''),
      mediaType: 'application/x-ndjson; charset=utf-8',
      fileName: `${fileName}.jsonl`,
    };
  return { status: 200, json: { items: cutPage(found, query).map(shown), total: found.length } };
}

function filtered<T>(ordering: Ordering<T>, items: readonly T[], query: URLSearchParams): readonly T[] {
  const { textsOf, filters = {} } = ordering;
  const search = (query.get('search') ?? '').toLowerCase();
  const given = Object.entries(filters).flatMap(([name, { lets }]) => {
    const wanted = query.get(name);
    return wanted === null ? [] : [(item: T) => lets(item, wanted)];
  });
  const has = (value: Value) => value !== undefined && String(value).toLowerCase().includes(search);
  return items.filter(
    (item) => (search === '' || textsOf(item).some(has)) && given.every((lets) => lets(item)),
  );
}

function sorted<T>({ sorts }: Ordering<T>, items: readonly T[], query: URLSearchParams): T[] {
  const sortValueOf = sorts[query.get('sort') ?? ''] ?? Object.values(sorts)[0]!;
  const sign = query.get('order') === 'desc' ? -1 : 1;
  const ranked = items.map((item) => ({ item, value: sortValueOf(item) }));
  ranked.sort(({ value: a }, { value: b }) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return (
      sign * (typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b)))
    );
  });
  return ranked.map(({ item }) => item);
}
