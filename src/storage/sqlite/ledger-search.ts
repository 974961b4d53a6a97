/** Pages of calls in any order, each page as quick as the first: from where the page before ended, by an index where one helps. */
import type { DatabaseSync } from 'node:sqlite';
import type { CallOrder, CallPage, LedgerFilter } from '../ledger.ts';
import { type SqlPart, whereOf } from './ledger-query.ts';
import { groupedSql } from './summed-query.ts';

/** With what tells calls of one value apart: ids sort by time, and rows are entered in its order. */
const columns: Readonly<Record<CallOrder['by'], readonly [string, string]>> = {
  time: ['started', 'id'],
  cost: ['cost', 'n'],
  tokens: ['input + output', 'n'],
  duration: ['duration', 'n'],
};
/** Fewer calls are sorted sooner than looked for in the order of an index. */
const fewCalls = 50_000;

/** Texts of records, one more than the page has when there is a next one. */
export function pageOfCalls(
  database: DatabaseSync,
  filter: LedgerFilter,
  { limit, before, order = { by: 'time' } }: CallPage,
): Record<string, unknown>[] {
  const [column, tie] = columns[order.by];
  const [direction, isAfter] = order.ascending ? ['ASC', '>'] : ['DESC', '<'];
  const isWalked = order.by === 'time' || isAnyCall(database, filter);
  const where = whereOf(filter);
  // `+` keeps an index from being used for it.
  const conditions =
    isWalked && order.by !== 'time' ? where.sql.replaceAll(/\bstarted\b/g, '+started') : where.sql;
  const page =
    before === undefined
      ? ''
      : `${conditions === '' ? 'WHERE' : 'AND'}
    (${column}, ${tie}) ${isAfter} (SELECT ${column}, ${tie} FROM call WHERE id = ?)`;
  const by = (first: string) => `ORDER BY ${first} ${direction}, ${tie} ${direction}`;
  return database
    .prepare(
      `SELECT record FROM (
         SELECT n, id, ${column} AS value, ${tie} AS tie FROM call ${conditions} ${page} ${by(isWalked ? column : `+(${column})`)} LIMIT ?
       ) JOIN call_record USING (n) ORDER BY value ${direction}, tie ${direction}`,
    )
    .all(...where.values, ...(before === undefined ? [] : [before]), limit + 1);
}

/** Nearly every call passes: the first ones of an index fill a page. */
function isAnyCall(database: DatabaseSync, filter: LedgerFilter): boolean {
  const { fromMs, toMs, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined && value !== '')) return false;
  if (fromMs === undefined && toMs === undefined) return true;
  return countOf(database, filter) > fewCalls;
}

function countOf(database: DatabaseSync, filter: LedgerFilter): number {
  const { sql, values }: SqlPart = groupedSql(filter, { groupBy: [] }, false);
  return Number(database.prepare(sql).get(...values)?.['requests'] ?? 0);
}
