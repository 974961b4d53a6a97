/** Percentiles of how long answers took: of the calls themselves where they are few, of sums by day where they are many. */
import type { DatabaseSync } from 'node:sqlite';
import type { Latencies, LedgerFilter } from '../ledger.ts';
import { msOfBin } from './latency-bin.ts';
import { type SqlPart, whereOf } from './ledger-query.ts';
import { partsOf } from './usage-parts.ts';

/** Sorted in some 10 ms. */
const fewCalls = 20_000;
const farMs = 8e15;

type Kind = 'duration' | 'first_token';

export function latencyOf(database: DatabaseSync, filter: LedgerFilter): Latencies {
  const durationMs = percentiles(database, 'duration', filter);
  const timeToFirstTokenMs = percentiles(database, 'first_token', filter);
  return {
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(timeToFirstTokenMs === undefined ? {} : { timeToFirstTokenMs }),
  };
}

function percentiles(database: DatabaseSync, kind: Kind, filter: LedgerFilter) {
  const few = answered(filter, kind);
  const values = database
    .prepare(`SELECT ${kind} AS value FROM call ${few.sql} LIMIT ?`)
    .all(...few.values, fewCalls + 1)
    .map((row) => Number(row['value']));
  if (values.length === 0) return undefined;
  if (values.length <= fewCalls) {
    values.sort((a, b) => a - b);
    return { p50: values[placeOf(0.5, values.length)]!, p95: values[placeOf(0.95, values.length)]! };
  }
  const parts = binsIn(filter, kind);
  const bins = database
    .prepare(
      `SELECT bin, sum(calls) AS calls FROM (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) GROUP BY bin ORDER BY bin`,
    )
    .all(...parts.flatMap((part) => part.values))
    .map((row) => ({ bin: Number(row['bin']), calls: Number(row['calls']) }));
  const count = bins.reduce((sum, { calls }) => sum + calls, 0);
  const at = (share: number) => {
    let before = placeOf(share, count);
    for (const { bin, calls } of bins) {
      if (before < calls) return msOfBin(bin);
      before -= calls;
    }
    return 0;
  };
  return { p50: at(0.5), p95: at(0.95) };
}

const placeOf = (share: number, count: number) => Math.min(count - 1, Math.floor(count * share));

function answered(filter: LedgerFilter, kind: Kind): SqlPart {
  const where = whereOf({ ...filter, outcome: 'ok' });
  // Both outcomes asked for are none.
  const none = filter.outcome === undefined || filter.outcome === 'ok' ? '' : 'AND 0';
  return { sql: `${where.sql} AND ${kind} IS NOT NULL ${none}`, values: where.values };
}

function binsIn(filter: LedgerFilter, kind: Kind): SqlPart[] {
  const { fromMs = -Infinity, toMs = Infinity, outcome: _, ...others } = filter;
  const isWhole = Object.values(others).every((value) => value === undefined);
  const span = { fromMs: Math.floor(fromMs), toMs: toMs > farMs ? Infinity : Math.floor(toMs) };
  const parts = isWhole ? partsOf(span, ['day']) : [{ ...span, level: 'call' as const }];
  return parts.map((part) => {
    const [from, to] = [Math.max(part.fromMs, -farMs), Math.min(part.toMs, farMs)];
    if (part.level !== 'call')
      return {
        sql: 'SELECT bin, calls FROM latency_sum WHERE slot >= ? AND slot < ? AND kind = ?',
        values: [from, to, kind],
      };
    const { sql, values } = answered({ ...filter, fromMs: from, toMs: to }, kind);
    return {
      sql: `SELECT latency_bin(${kind}) AS bin, count(*) AS calls FROM call ${sql} GROUP BY 1`,
      values,
    };
  });
}
