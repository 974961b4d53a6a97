/**
 * Where a window begins and ends. Calendar windows follow the wall clock of their time zone: a day has 23 or 25 hours when
 * the clocks change, a month 28 to 31 days. Temporal knows the zones' rules.
 */
import type { BudgetWindow, CalendarPeriod } from './model.ts';

export interface WindowAt {
  /** Unix seconds of each slice's begin, oldest first; a call is charged to the last. */
  slices: number[];
  /** How long a slice's counter is needed from its begin. */
  keepSeconds: number;
  /** When what is used now counts no more (rolling: when the oldest slice leaves). */
  resetsAtSeconds: number;
}

/** A rolling window is kept in slices; the oldest counts whole, so the limit errs on the strict side by one slice. */
const rollingSlices = 24;

/** Counters of a lifetime window never end; 2^40 seconds are 34,000 years. */
const forever = 2 ** 40;

export function windowAt(window: BudgetWindow, nowMs: number): WindowAt {
  if (window.type === 'lifetime') return { slices: [0], keepSeconds: forever, resetsAtSeconds: forever };
  if (window.type === 'rolling') return rollingAt(window.seconds, nowMs);
  return calendarAt(window.period, window.timeZone, nowMs);
}

/** The window that ended last; of a rolling one the present, of a lifetime all there was. Unix ms. */
export function previousWindow(window: BudgetWindow, nowMs: number): { fromMs: number; toMs: number } {
  if (window.type === 'lifetime') return { fromMs: 0, toMs: nowMs };
  if (window.type === 'rolling') return { fromMs: nowMs - window.seconds * 1000, toMs: nowMs };
  const toMs = windowAt(window, nowMs).slices[0]! * 1000;
  return { fromMs: windowAt(window, toMs - 1).slices[0]! * 1000, toMs };
}

/** Slices are aligned to the epoch, so that every thread and replica has the same ones. */
function rollingAt(seconds: number, nowMs: number): WindowAt {
  const sliceSeconds = Math.max(1, Math.ceil(seconds / rollingSlices));
  const current = Math.floor(nowMs / 1000 / sliceSeconds) * sliceSeconds;
  const oldest = Math.floor((nowMs / 1000 - seconds) / sliceSeconds) * sliceSeconds;
  const slices: number[] = [];
  for (let start = oldest; start <= current; start += sliceSeconds) slices.push(start);
  // A slice is read until the whole window has passed over it, so its counter must live that long.
  return { slices, keepSeconds: sliceSeconds + seconds, resetsAtSeconds: oldest + sliceSeconds + seconds };
}

interface CachedWindow {
  fromMs: number;
  toMs: number;
  at: WindowAt;
}

/** The last window of each period and zone: asked at every call, computed when it ends. */
const cache = new Map<string, CachedWindow>();
const maxCached = 1_000;

function calendarAt(period: CalendarPeriod, timeZone: string, nowMs: number): WindowAt {
  const id = `${period} ${timeZone}`;
  const known = cache.get(id);
  if (known !== undefined && nowMs >= known.fromMs && nowMs < known.toMs) return known.at;
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(timeZone);
  const start = startOf(period, now);
  const fromMs = start.epochMilliseconds;
  const toMs = nextOf(period, start).epochMilliseconds;
  const at: WindowAt = {
    slices: [Math.floor(fromMs / 1000)],
    keepSeconds: Math.round((toMs - fromMs) / 1000),
    resetsAtSeconds: Math.round(toMs / 1000),
  };
  if (cache.size >= maxCached) cache.clear();
  cache.set(id, { fromMs, toMs, at });
  return at;
}

function startOf(period: CalendarPeriod, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  // An hour that the clocks repeat is two windows of an hour each: truncation keeps the offset.
  if (period === 'Minute') return now.round({ smallestUnit: 'minute', roundingMode: 'trunc' });
  if (period === 'Hour') return now.round({ smallestUnit: 'hour', roundingMode: 'trunc' });
  return firstDay(period, now.toPlainDate()).toZonedDateTime(now.timeZoneId);
}

function firstDay(period: CalendarPeriod, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (period) {
    case 'Week':
      return day.subtract({ days: day.dayOfWeek - 1 });
    case 'Month':
      return day.with({ day: 1 });
    case 'Quarter':
      return day.with({ month: day.month - ((day.month - 1) % 3), day: 1 });
    case 'Year':
      return day.with({ month: 1, day: 1 });
    default:
      return day;
  }
}

const lengths: Record<CalendarPeriod, Temporal.DurationLike> = {
  Minute: { minutes: 1 },
  Hour: { hours: 1 },
  Day: { days: 1 },
  Week: { weeks: 1 },
  Month: { months: 1 },
  Quarter: { months: 3 },
  Year: { years: 1 },
};

function nextOf(period: CalendarPeriod, start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  if (period === 'Minute' || period === 'Hour') return start.add(lengths[period]);
  // By date, not by adding to the moment: where midnight is skipped, the next day still begins at its own begin.
  return start.toPlainDate().add(lengths[period]).toZonedDateTime(start.timeZoneId);
}

export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
