/** Ranges of time in the browser's time zone, as pages name them in the address. */
export const rangeNames = ['today', 'week', 'month', 'lastMonth', 'custom'] as const;
export type RangeName = (typeof rangeNames)[number];

export interface RangeSearch {
  range?: RangeName;
  /** Days such as 2026-11-25, both included; for `custom`. */
  from?: string;
  to?: string;
}

export interface Range {
  /** RFC 3339; `to` is not included, and left out for ranges that go on. */
  from: string;
  to?: string;
}

const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

export function readRange(raw: Record<string, unknown>): RangeSearch {
  const range = rangeNames.find((name) => name === raw.range);
  return {
    ...(range === undefined ? {} : { range }),
    ...(isDay(raw.from) ? { from: raw.from } : {}),
    ...(isDay(raw.to) ? { to: raw.to } : {}),
  };
}

/** The last seven days when nothing else is said. */
export function rangeOf(search: RangeSearch, now: Date): Range {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const begin = (...parts: [number, number, number]) => new Date(...parts).toISOString();
  switch (search.range) {
    case 'today':
      return { from: begin(year, month, day) };
    case 'month':
      return { from: begin(year, month, 1) };
    case 'lastMonth':
      return { from: begin(year, month - 1, 1), to: begin(year, month, 1) };
    case 'custom': {
      const from = search.from ?? dayOf(new Date(year, month, day - 6));
      return { from: startOfDay(from, 0), to: startOfDay(search.to ?? dayOf(now), 1) };
    }
    default:
      return { from: begin(year, month, day - 6) };
  }
}

/** `2026-11-25` in the browser's time zone. */
export function dayOf(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function startOfDay(text: string, daysLater: number): string {
  const [year = 1970, month = 1, day = 1] = text.split('-').map(Number);
  return new Date(year, month - 1, day + daysLater).toISOString();
}

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
