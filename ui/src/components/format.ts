/** Numbers, money and times as the console shows them. */
import { strings } from '../strings.ts';

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const smallDollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
});
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const momentToSecond = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const formatCount = (count: number) => whole.format(count);
export const formatShort = (count: number) => short.format(count);

/** Below a cent two significant digits, so that no cost looks like nothing. */
export function formatCost(nano: number): string {
  const usd = nano / 1e9;
  return usd !== 0 && Math.abs(usd) < 0.01 ? smallDollars.format(usd) : dollars.format(usd);
}

/** `1.5 MB`: of a thousand each. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const options = { style: 'unit', unit: units[step]!, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat('en', options).format(bytes / 1_000 ** step);
}

export const formatMoment = (time: string | number) => moment.format(new Date(time));
export const formatSecond = (time: string | number) => momentToSecond.format(new Date(time));

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `3 hours ago`, `in 2 days`. */
export function formatAgo(time: string | number, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1_000;
  const [unit, length] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** When a budget runs out, in words; the past is over, whatever the pace. */
export const runsOutText = (time: string, now = Date.now()) =>
  Date.parse(time) <= now ? strings.budgets.ranOut : strings.budgets.runsOut(formatAgo(time, now));

export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return strings.none;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
