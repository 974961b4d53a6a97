/** What Redis has of shared budgets, as the embedded store lists counters. */
import { heldPrefix, usedPrefix } from '../../core/budget/counter-keys.ts';
import type { CounterValue } from '../counters.ts';
import { parseField } from './budget-keys.ts';

type Field = readonly [name: string, value: string];

const heldSeconds = 2 ** 40;

/** Of windows that have not ended; `used` and `held` are the fields of the two hashes. */
export function figuresOf(
  used: readonly Field[],
  held: readonly Field[],
  nowSeconds: number,
): CounterValue[] {
  const counters: CounterValue[] = [];
  for (const [field, value] of used) {
    const parsed = parseField(field);
    if (parsed?.windowStart === undefined || parsed.windowStart + parsed.keepSeconds <= nowSeconds) continue;
    const { name, windowStart, keepSeconds: windowSeconds } = parsed;
    counters.push({ key: usedPrefix + name, windowStart, windowSeconds, value: Math.max(0, Number(value)) });
  }
  for (const [field, value] of held) {
    const parsed = parseField(field);
    if (parsed === undefined || Number(value) <= 0) continue;
    const { name, windowStart = 0 } = parsed;
    counters.push({ key: heldPrefix + name, windowStart, windowSeconds: heldSeconds, value: Number(value) });
  }
  return counters;
}
