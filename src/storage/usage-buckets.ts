/** Hours, days, weeks and months of a time zone, for reports. */
import type { UsageQuery } from './ledger.ts';

/** Every zone's offset is a multiple of it. */
const quarterHourMs = 900_000;

type BucketUnit = NonNullable<UsageQuery['bucket']>;

/** The bucket that a moment is in: Unix ms, the end not included. */
export function bucketAt(
  atMs: number,
  unit: BucketUnit,
  timeZone: string,
): { startMs: number; endMs: number } {
  if (unit === 'hour') return hourAt(atMs, timeZone);
  const day = zoned(atMs, timeZone).toPlainDate();
  const [first, length]: [Temporal.PlainDate, Temporal.DurationLike] =
    unit === 'day'
      ? [day, { days: 1 }]
      : unit === 'week'
        ? [day.subtract({ days: day.dayOfWeek - 1 }), { weeks: 1 }]
        : [day.with({ day: 1 }), { months: 1 }];
  return {
    startMs: first.toZonedDateTime(timeZone).epochMilliseconds,
    endMs: first.add(length).toZonedDateTime(timeZone).epochMilliseconds,
  };
}

/** Where clocks are moved by half an hour an hour has 30 or 90 minutes: its end is found, not added. */
function hourAt(atMs: number, timeZone: string): { startMs: number; endMs: number } {
  const startMs = hourStart(atMs, timeZone);
  let endMs = startMs + quarterHourMs;
  while (hourStart(endMs, timeZone) === startMs) endMs += quarterHourMs;
  return { startMs, endMs };
}

function hourStart(atMs: number, timeZone: string): number {
  return zoned(atMs, timeZone).round({ smallestUnit: 'hour', roundingMode: 'trunc' }).epochMilliseconds;
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
}
