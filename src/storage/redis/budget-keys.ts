/**
 * Where budgets are kept in Redis. All keys have one hash tag, so one script may move a whole hierarchy of budgets in a Redis
 * Cluster too:
 *   used      hash: counter → charged by all processes; `#generation`, `#openAt`
 *   held      hash: pot → leased to processes, in use or not; `#generation`
 *   leases    sorted set: owner → when its leases end, ms
 *   owner:…   hash of one thread: pot → `amount:slice` leased to it; `#seq`, `#generation`, `#off`: name of its absence
 *   absent    hash: owner whose leases ended and count as used → name of its absence
 *   charged:… hash of one process: counter → its part of `used`
 *   owners:…  set of one process: its threads, of earlier runs too
 *   processes set
 *   alerts    hash: alert → `told`, or the moment in ms until which a gateway is at it
 */
import { usedPrefix } from '../../core/budget/counter-keys.ts';
import type { ReservationItem } from '../../core/budget/model.ts';
import { usedCounterKey } from '../memory/shared-accounts.ts';

const tag = '{tollgate-budgets}';

export const budgetKeys = {
  used: `${tag}:used`,
  held: `${tag}:held`,
  leases: `${tag}:leases`,
  absent: `${tag}:absent`,
  processes: `${tag}:processes`,
  alerts: `${tag}:alerts`,
  owner: (owner: string) => `${tag}:owner:${owner}`,
  charged: (process: string) => `${tag}:charged:${process}`,
  owners: (process: string) => `${tag}:owners:${process}`,
} as const;

export const ownerPrefix = budgetKeys.owner('');

/** Rolling windows have one pot for all slices: what is held there counts whenever the call began. */
const rolling = 'r';

/** `budget|unit|group`, as the counters of this machine are named. */
export function counterName(item: ReservationItem): string {
  return usedCounterKey(item).slice(usedPrefix.length);
}

export function usedField(name: string, windowStart: number, keepSeconds: number): string {
  return `${name}@${windowStart}+${keepSeconds}`;
}

export function heldField(name: string, { slices, keepSeconds }: ReservationItem): string {
  return `${name}@${slices.length > 1 ? rolling : slices[0]}+${keepSeconds}`;
}

export interface ParsedField {
  name: string;
  /** Unix seconds; undefined for the pot of a rolling window. */
  windowStart: number | undefined;
  keepSeconds: number;
}

/** Undefined for what is no counter (`#generation`). */
export function parseField(field: string): ParsedField | undefined {
  const match = /^(.*)@(\d+|r)\+(\d+)$/s.exec(field);
  if (match === null) return undefined;
  const windowStart = match[2] === rolling ? undefined : Number(match[2]);
  return { name: match[1]!, windowStart, keepSeconds: Number(match[3]) };
}
