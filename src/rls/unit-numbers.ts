/** The enum values of Envoy's `RateLimitResponse.RateLimit.Unit`. */
import type { LimitUnit } from '../core/ratelimit/model.ts';

export const unitNumbers: Readonly<Record<LimitUnit, number>> = {
  second: 1,
  minute: 2,
  hour: 3,
  day: 4,
  month: 5,
  year: 6,
  week: 7,
};

const units = new Map(Object.entries(unitNumbers).map(([unit, number]) => [number, unit as LimitUnit]));

/** Undefined for 0 (UNKNOWN) and for numbers that mean nothing yet. */
export function unitOfNumber(number: number): LimitUnit | undefined {
  return units.get(number);
}

/** The request asks for something that has no meaning: answered INVALID_ARGUMENT (the original crashes on unit 0). */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}
