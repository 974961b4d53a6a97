/** A counter's course → what the chart draws. */
import type { BurnDown } from '../../api/budgets.ts';
import { roundUp } from '../../components/series.ts';

export interface Spot {
  /** Unix ms. */
  at: number;
  amount: number;
}

export interface Lines {
  fromMs: number;
  toMs: number;
  /** Of the scale. */
  top: number;
  used: Spot[];
  /** From now on, where there is a pace. */
  forecast: Spot[];
  limit: Spot[];
  /** Moved so that it begins where this window does. */
  before: Spot[];
}

const dayMs = 86_400_000;

export function linesOf(course: BurnDown): Lines {
  const { points, limits, before } = course;
  const used = points.map(({ at, used: amount }) => ({ at: Date.parse(at), amount: Number(amount) }));
  const fromMs = Date.parse(course.from);
  const last = used.at(-1) ?? { at: fromMs, amount: 0 };
  const toMs = endOf(course, fromMs, last.at);
  const limit = stepsOf(limits, fromMs, toMs);
  const forecast = forecastOf(course, last, toMs, limit.at(-1)?.amount ?? 0);
  const moved = (before?.points ?? []).map(({ at, used: amount }) => ({
    at: fromMs + Date.parse(at) - Date.parse(before!.from),
    amount: Number(amount),
  }));
  const all = [used, forecast, limit, moved].flat();
  const top = roundUp(Math.max(...all.map(({ amount }) => amount)));
  return { fromMs, toMs, top, used, forecast, limit, before: moved.filter(({ at }) => at <= toMs) };
}

/** A window without end is drawn until it runs out, or until now: at most as far ahead as it goes back. */
function endOf({ to, forecast }: BurnDown, fromMs: number, nowMs: number): number {
  if (to !== undefined) return Date.parse(to);
  const runsOutMs = forecast?.runsOutAt === undefined ? nowMs : Date.parse(forecast.runsOutAt);
  const end = Math.min(runsOutMs, nowMs + (nowMs - fromMs));
  return Math.max(end, nowMs, fromMs + 1);
}

function stepsOf(limits: BurnDown['limits'], fromMs: number, toMs: number): Spot[] {
  return limits.flatMap(({ from, limit }, index) => {
    const next = limits[index + 1]?.from;
    const amount = Number(limit);
    return [
      { at: Math.max(fromMs, Date.parse(from)), amount },
      { at: next === undefined ? toMs : Date.parse(next), amount },
    ];
  });
}

function forecastOf({ forecast, to }: BurnDown, last: Spot, toMs: number, limit: number): Spot[] {
  if (forecast === undefined || toMs <= last.at) return [];
  const perMs = forecast.perDay / dayMs;
  const at = forecast.runsOutAt === undefined ? toMs : Math.min(toMs, Date.parse(forecast.runsOutAt));
  if (at <= last.at) return [];
  const amount = last.amount + perMs * (at - last.at);
  return [last, { at, amount: to === undefined ? Math.min(amount, Math.max(limit, last.amount)) : amount }];
}

/** What is used at a moment, by the last point before it. */
export function amountAt(line: readonly Spot[], at: number): number | undefined {
  return line.findLast((spot) => spot.at <= at)?.amount;
}
