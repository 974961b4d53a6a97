/** Names of budget counters in the counter store. */
import type { ReservationItem } from './model.ts';

/** Not a character of names, so that a prefix of one budget is never a prefix of another. */
const separator = '|';

export const usedPrefix = `budget${separator}`;
/** Held amounts live and die with the process: they are neither journalled nor dumped. */
export const heldPrefix = `held${separator}`;

export function budgetPrefix(budget: string): string {
  return `${usedPrefix}${budget}${separator}`;
}

export function usedKey(item: Pick<ReservationItem, 'budget' | 'group'>): string {
  return budgetPrefix(item.budget) + item.group;
}

export function heldKey(item: Pick<ReservationItem, 'budget' | 'group'>): string {
  return `${heldPrefix}${item.budget}${separator}${item.group}`;
}

/** The budget and group of a used counter's key; undefined for counters of another kind. */
export function parseUsedKey(key: string): { budget: string; group: string } | undefined {
  if (!key.startsWith(usedPrefix)) return undefined;
  const end = key.indexOf(separator, usedPrefix.length);
  if (end < 0) return undefined;
  return { budget: key.slice(usedPrefix.length, end), group: key.slice(end + 1) };
}
