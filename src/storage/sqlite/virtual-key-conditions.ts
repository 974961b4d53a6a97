/** What a page of VirtualKeys is filtered by, as SQL. */
import { keyStates } from '../../core/config/key-facts.ts';
import type { KeyFilter } from '../key-directory.ts';

export type Value = string | number | Uint8Array;

export interface Condition {
  /** Over a row `v` of `virtual_key`. */
  holds: string;
  /** Gives exactly the rows that it holds for, by an index; absent: nothing does. */
  from?: string;
  /** As `from`, to count only. */
  counted?: string;
  values: Value[];
  /** What one more that is counted costs, next to one of a plain index; default 1. */
  cost?: number;
  /** Nothing but a look at each row tells: not at all of them, when they are many. */
  scans?: boolean;
  /** It looks at names only. */
  onNames?: boolean;
  /** Gives them in the order of names. */
  byName?: boolean;
}

export function conditionsOf({ search, status, team, nowMs }: KeyFilter): Condition[] {
  const conditions: Condition[] = [];
  if (search !== undefined && search !== '') conditions.push(textCondition(search));
  if (status !== undefined) conditions.push(statusCondition(status, nowMs));
  if (team !== undefined) {
    const holds = 'v.team = ?';
    const from = `virtual_key AS v INDEXED BY virtual_key_team WHERE ${holds}`;
    conditions.push({ holds, from, values: [team], byName: true });
  }
  return conditions;
}

/** The index knows texts by three characters in a row. */
function textCondition(search: string): Condition {
  const holds = 'instr(v.text, ?) > 0';
  if ([...search].length < 3 || search.includes('\0')) return { holds, values: [search], scans: true };
  const matches = `t.virtual_key_text MATCH '"' || replace(?, '"', '""') || '"'`;
  return {
    holds,
    from: `virtual_key_text AS t CROSS JOIN virtual_key AS v ON v.id = t.rowid WHERE ${matches}`,
    counted: `virtual_key_text AS t WHERE ${matches}`,
    values: [search],
    // Each three characters in a row have a list of their own.
    cost: [...search].length - 2,
  };
}

function statusCondition(status: NonNullable<KeyFilter['status']>, nowMs: number): Condition {
  if (status === 'expired') {
    const holds = `v.expires <= ? AND v.state <> ${keyStates.indexOf('disabled')}`;
    const from = `virtual_key AS v INDEXED BY virtual_key_expires WHERE ${holds}`;
    return { holds, from, values: [nowMs] };
  }
  const state = `v.state = ${keyStates.indexOf(status)}`;
  const holds = status === 'disabled' ? state : `${state} AND (v.expires IS NULL OR v.expires > ?)`;
  const from = `virtual_key AS v INDEXED BY virtual_key_state WHERE ${holds}`;
  return { holds, from, values: status === 'disabled' ? [] : [nowMs], byName: true };
}
