/** A budget's refusal explains itself: which limit, whose, how much is used, held and left, and when it resets. */
import type { Reading, ReservationItem, ReservationRequest } from '../budget/model.ts';
import { remainingOf } from '../budget/reserve.ts';
import { amountText, usdText } from '../budget/units.ts';
import type { Refusal } from '../errors.ts';
import type { CountedInput, LimitStanding } from './policy.ts';

/** Beyond a year a reset says nothing; lifetime windows have none. */
const farSeconds = 400 * 86_400;

export function standingOf(item: ReservationItem, reading: Reading, nowMs: number): LimitStanding {
  // Headers speak of dollars, counters of nano-dollars.
  const scale = item.unit === 'usd' ? 1e9 : 1;
  return {
    limit: item.limit / scale,
    remaining: remainingOf(item, reading) / scale,
    resetSeconds: Math.max(0, Math.ceil(item.resetsAtSeconds - nowMs / 1000)),
  };
}

export function exceeded(
  request: ReservationRequest,
  refusedBy: number,
  reading: Reading,
  nowMs: number,
  counted?: CountedInput,
): Refusal {
  const item = request.items[refusedBy]!;
  const { resetSeconds } = standingOf(item, reading, nowMs);
  const remaining = remainingOf(item, reading);
  const resets = item.unit !== 'concurrency' && resetSeconds < farSeconds;
  const resetsAt = resets ? momentText(item.resetsAtSeconds) : undefined;
  const amount = (value: number) => amountText(item.unit, value);
  const figure = (value: number) => (item.unit === 'usd' ? usdText(value) : value);
  const needs = item.fixed + item.perOutputToken * request.minimumOutput;
  // What is held comes back when calls under way end, often far sooner than the window resets: unless even all of it is too little.
  const maySuffice = reading.reserved > 0 && item.limit - reading.used >= needs;
  const retryAfter = maySuffice || !resets ? 1 : Math.max(1, resetSeconds);
  const who = item.group === '' ? '' : ` of ${item.group}`;
  return {
    code: 'budget_exceeded',
    detail:
      `budget ${item.budget}${who} has ${amount(remaining)} left of ${amount(item.limit)} ` +
      `(${amount(reading.used)} used, ${amount(reading.reserved)} held by calls under way); ` +
      `this call needs at least ${amount(needs)}${inputText(item, counted)}${resetsAt === undefined ? '' : `. It resets at ${resetsAt}`}`,
    details: {
      limit: figure(item.limit),
      unit: item.unit,
      scope: item.group === '' ? item.budget : `${item.budget} ${item.group}`,
      used: figure(reading.used),
      reserved: figure(reading.reserved),
      remaining: figure(remaining),
      ...(resetsAt === undefined ? {} : { resets_at: resetsAt }),
    },
    headers: { 'retry-after': String(retryAfter) },
    cause: `budget ${item.budget}${who}: ${amount(remaining)} left, ${amount(needs)} needed`,
  };
}

/** How the figure came about, where input is part of it. */
function inputText({ unit, fixed }: ReservationItem, counted: CountedInput | undefined): string {
  if (unit === 'requests' || unit === 'concurrency' || unit === 'outputTokens' || fixed === 0) return '';
  return counted === undefined ? ' (input bounded by its bytes)' : ` (input counted ${counted.how})`;
}

function momentText(seconds: number): string {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toString();
}
