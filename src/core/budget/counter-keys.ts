/** Names of budget counters in the counter store. */
import type { ReservationItem } from './model.ts';

/** Not a character of names, so that a prefix of one budget is never a prefix of another. */
const separator = '|';

export const usedPrefix = `budget${separator}`;
/** Held amounts live and die with the process: they are neither journalled nor dumped. */
export const heldPrefix = `held${separator}`;

/** The unit is part of the name: a budget that is changed from tokens to dollars does not take the ones for the others. */
type Counter = Pick<ReservationItem, 'budget' | 'group' | 'unit'>;

export function usedKey(item: Counter): string {
  return usedPrefix + nameOf(item);
}

export function heldKey(item: Counter): string {
  return heldPrefix + nameOf(item);
}

function nameOf({ budget, unit, group }: Counter): string {
  return `${budget}${separator}${unit}${separator}${group}`;
}

/** The values of `groupBy` as one name. Values are the callers': two lists of them never come out as one name. */
export function groupName(values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  return values.map((value) => value.replaceAll(/[\\|]/g, '\\$&')).join(separator);
}

/** The budget, unit and group of a used counter's key; undefined for counters of another kind. */
export function parseUsedKey(key: string): { budget: string; unit: string; group: string } | undefined {
  if (!key.startsWith(usedPrefix)) return undefined;
  const budgetEnd = key.indexOf(separator, usedPrefix.length);
  const unitEnd = key.indexOf(separator, budgetEnd + 1);
  if (budgetEnd < 0 || unitEnd < 0) return undefined;
  const budget = key.slice(usedPrefix.length, budgetEnd);
  return { budget, unit: key.slice(budgetEnd + 1, unitEnd), group: key.slice(unitEnd + 1) };
}
