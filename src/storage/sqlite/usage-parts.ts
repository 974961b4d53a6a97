/** What a report adds up: a range of time as whole months, days and hours that are summed already, and calls at its edges. */
import { slotOf } from './sums-of-calls.ts';
import type { Level } from './usage-sums-schema.ts';

/** Unix ms, the end not included. */
export interface Span {
  fromMs: number;
  toMs: number;
}
export type Part = Span & { level: Level | 'call' };

const order: readonly Level[] = ['month', 'day', 'hour'];

/** `levels`: of which there are sums. Both ends may be infinite. */
export function partsOf(span: Span, levels: readonly Level[]): Part[] {
  return split(
    span,
    order.filter((level) => levels.includes(level)),
  );
}

function split(span: Span, levels: readonly Level[]): Part[] {
  const { fromMs, toMs } = span;
  if (fromMs >= toMs) return [];
  const [level, ...finer] = levels;
  if (level === undefined) return [{ ...span, level: 'call' }];
  const first = beginAtOrAfter(fromMs, level);
  const end = Number.isFinite(toMs) ? slotOf(Math.max(0, toMs), level) : toMs;
  if (first >= end) return split(span, finer);
  return [
    ...split({ fromMs, toMs: first }, finer),
    { level, fromMs: first, toMs: end },
    ...split({ fromMs: end, toMs }, finer),
  ];
}

function beginAtOrAfter(ms: number, level: Level): number {
  // Nothing was called before 1970.
  if (ms <= 0) return ms;
  if (!Number.isFinite(ms)) return ms;
  const slot = slotOf(ms, level);
  if (slot === ms) return ms;
  const longest = { month: 31, day: 1, hour: 1 / 24 }[level] * 86_400_000;
  return slotOf(slot + longest, level);
}
