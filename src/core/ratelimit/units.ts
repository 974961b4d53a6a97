/** Fixed window lengths in seconds, as envoyproxy/ratelimit has them: no calendar, no time zone, weeks from Thursday. */
import type { LimitUnit } from './model.ts';

export const unitSeconds: Record<LimitUnit, number> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

export function parseUnit(text: string): LimitUnit | undefined {
  const unit = text.toLowerCase();
  return Object.hasOwn(unitSeconds, unit) ? (unit as LimitUnit) : undefined;
}

/** Whole seconds until the window ends, 1..unit. */
export function secondsUntilReset(nowSeconds: number, unit: LimitUnit): number {
  return unitSeconds[unit] - (nowSeconds % unitSeconds[unit]);
}
