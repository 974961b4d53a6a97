/** Fields of LiteLLM's keys, each in its own unit, as ours. Their meaning is LiteLLM's (1.110), not guessed from the name. */
import { isLabelValue } from './names.ts';

/** `budget_duration` as a window. Theirs reset at aligned times: `30d` is the first of the month, `7d` Monday. */
export function windowOf(duration: string): { window: Record<string, unknown>; note?: string } {
  const words: Record<string, string> = { hourly: '1h', daily: '24h', weekly: '7d', monthly: '30d' };
  const text = words[duration.trim().toLowerCase()] ?? duration.trim();
  const calendar = calendars[text];
  if (calendar !== undefined) return { window: { calendar } };
  const [, count, unit] = /^(\d+)(s|m|h|d|w|mo)$/.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds[unit ?? ''] ?? Number.NaN);
  const hours = seconds / 3_600;
  if (Number.isNaN(seconds) || seconds < 60 || hours > 99_999) {
    return {
      window: { calendar: 'Day' },
      note: `budget_duration "${duration}" is not a span: a day is used`,
    };
  }
  const rolling = seconds % 3_600 === 0 ? `${hours}h` : `${seconds}s`;
  return {
    window: { rolling: rolling.length > 6 ? `${Math.ceil(hours)}h` : rolling },
    note: `budget_duration "${duration}" has no calendar window: the last ${rolling} are counted instead`,
  };
}

const calendars: Record<string, string> = {
  '60s': 'Minute',
  '1m': 'Minute',
  '60m': 'Hour',
  '1h': 'Hour',
  '24h': 'Day',
  '1d': 'Day',
  '7d': 'Week',
  '1w': 'Week',
  '30d': 'Month',
  '1mo': 'Month',
};
const unitSeconds: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  mo: 30 * 86_400,
};

/** `expires`: what has no zone is UTC. Undefined when it is no moment. */
export function momentOf(text: string): string | undefined {
  const iso = text.trim().replace(' ', 'T');
  const withZone = /(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}${iso.includes('T') ? '' : 'T00:00:00'}Z`;
  const ms = Date.parse(withZone);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** A budget in dollars as decimal text; undefined when it is not one. */
export function dollarsOf(amount: number): string | undefined {
  if (!Number.isFinite(amount) || amount < 0 || amount >= 1e7) return undefined;
  return amount.toFixed(9).replace(/(\.\d\d\d*?)0+$/, '$1');
}

/** SHA-256 in hex of the value, from `token` (hashed, or a value that begins with `sk-`) or `key` (a value). */
export function hashOf(
  { token, key }: { token?: unknown; key?: unknown },
  sha256: (text: string) => string,
): string | undefined {
  if (typeof token === 'string' && /^[0-9a-f]{64}$/i.test(token)) return token.toLowerCase();
  const value = [key, token].find((one) => typeof one === 'string' && /^sk-[^.]/.test(one));
  if (typeof value === 'string') return sha256(value);
  return typeof key === 'string' && key !== '' ? sha256(key) : undefined;
}

/** Labels that budgets select by and reports group by; a team whose name is no label stays in the metadata alone. */
export function teamLabel(team: string | undefined): Record<string, string> {
  return team !== undefined && isLabelValue(team) ? { team } : {};
}

/** Exports of database tables write JSON columns as text. */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'string' && value.trimStart().startsWith('{')) {
    try {
      return objectOf(JSON.parse(value));
    } catch {
      return {};
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false || value === 0) return true;
  if (value === '{}' || value === '[]' || value === 'null') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
