/** Values of options, checked before anything is sent. */
import { InvalidArgumentError } from 'commander';

/** `name=value`, repeated. */
export function pair(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write it as name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

export function listed(text: string, before: string[]): string[] {
  return [...before, text];
}

export function whole(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('a whole number, such as 100000.');
  return value;
}

export function dollars(text: string): string {
  if (!/^[0-9]{1,7}(\.[0-9]{1,9})?$/.test(text))
    throw new InvalidArgumentError('US dollars as a decimal number, such as 25.00.');
  return text;
}

const units: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Seconds of `90d`, `24h`, `1h30m`. */
export function seconds(text: string): number {
  if (!/^(\d{1,6}[smhdw])+$/.test(text))
    throw new InvalidArgumentError('a span of time, such as 24h, 30m or 90d.');
  return [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * units[unit!]!,
    0,
  );
}

/** RFC 3339. */
export function moment(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('a moment such as 2027-01-01T00:00:00Z.');
  return text;
}

/** A moment, a day (its begin in UTC), or a span counted from now in one direction; gives RFC 3339. */
export function momentFromNow(direction: 'past' | 'future'): (text: string) => string {
  return (text) => {
    if (/^(\d+[smhdw])+$/.test(text)) {
      const offset = seconds(text) * 1000 * (direction === 'past' ? -1 : 1);
      return new Date(Date.now() + offset).toISOString();
    }
    const full = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
    if (!/^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})$/.test(full) || Number.isNaN(Date.parse(full)))
      throw new InvalidArgumentError('a moment (2027-01-01T00:00:00Z), a day (2027-01-01) or a span (7d).');
    return full;
  };
}
