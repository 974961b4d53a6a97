/** How a counter filled up over its window and the one before: which stretches of time to read, and the line that calls make of them. */
import { limitAt } from './limit.ts';
import type { Budget, BudgetWindow } from './model.ts';
import { previousWindow, windowAt } from './window.ts';

/** A window, cut into buckets of one length. Unix ms. */
export interface Span {
  fromMs: number;
  /** Not included; a lifetime's is that of the last bucket, after now. */
  toMs: number;
  bucketMs: number;
}

export interface BurnDownPlan {
  now: Span;
  /** Rolling and lifetime windows have none. */
  before?: Span;
  /** Of a rolling window: what is used is the sum of so much time. */
  rollingMs?: number;
}

export interface Point {
  atMs: number;
  used: number;
}

/** On a chart more are not told apart. */
const buckets = 48;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of lifetimes: a bucket's begin does not move while time goes on. */
const lifetimeBuckets = [60_000, 10 * 60_000, hourMs, 6 * hourMs, dayMs, 7 * dayMs, 28 * dayMs, 364 * dayMs];

/** `sinceMs` is where a lifetime window began to count. */
export function burnDownPlan(window: BudgetWindow, nowMs: number, sinceMs: number): BurnDownPlan {
  if (window.type === 'lifetime') {
    const fromMs = Math.min(sinceMs, nowMs);
    const bucketMs = lifetimeBuckets.find((ms) => (nowMs - fromMs) / ms <= buckets) ?? 3_640 * dayMs;
    return { now: { fromMs, toMs: fromMs + buckets * bucketMs, bucketMs } };
  }
  const { slices, resetsAtSeconds } = windowAt(window, nowMs);
  if (window.type === 'rolling') {
    const bucketMs = (slices[1]! - slices[0]!) * 1000;
    const rollingMs = window.seconds * 1000;
    // The oldest point adds up a window that begins a window earlier; the oldest slice counts whole.
    const fromMs = slices[0]! * 1000 - Math.ceil(rollingMs / bucketMs) * bucketMs;
    return { now: { fromMs, toMs: slices.at(-1)! * 1000 + bucketMs, bucketMs }, rollingMs };
  }
  const before = previousWindow(window, nowMs);
  return {
    now: spanOf(slices[0]! * 1000, resetsAtSeconds * 1000),
    before: spanOf(before.fromMs, before.toMs),
  };
}

function spanOf(fromMs: number, toMs: number): Span {
  return { fromMs, toMs, bucketMs: Math.max(1_000, Math.ceil((toMs - fromMs) / buckets)) };
}

export function bucketsOf({ fromMs, toMs, bucketMs }: Span): number {
  return Math.max(1, Math.ceil((toMs - fromMs) / bucketMs));
}

/**
 * The bucket of what was charged; undefined when it was charged to another window. `windowStart` (Unix s) decides for calendar
 * windows: a call at midnight may have begun before and be charged after.
 */
export function bucketOf(
  span: Span,
  { now: { fromMs }, before }: BurnDownPlan,
  startedAtMs: number,
  windowStart: number | undefined,
): number | undefined {
  const isCalendar = before !== undefined;
  if (isCalendar && windowStart !== undefined && windowStart * 1000 !== span.fromMs) return undefined;
  const isKnown = isCalendar && windowStart !== undefined;
  // A lifetime counts from its first call, however little before its budget was written down.
  const isInside = startedAtMs >= span.fromMs || (!isCalendar && span.fromMs === fromMs && windowStart === 0);
  if (!isKnown && (!isInside || startedAtMs >= span.toMs)) return undefined;
  const at = Math.floor((startedAtMs - span.fromMs) / span.bucketMs);
  return Math.min(Math.max(0, at), bucketsOf(span) - 1);
}

/** What was used at the end of each bucket, up to now; `charged` has what was charged in each. */
export function lineOf(span: Span, charged: readonly number[], nowMs: number, rollingMs?: number): Point[] {
  if (rollingMs !== undefined) return movingLine(span, charged, nowMs, rollingMs);
  const line: Point[] = [{ atMs: span.fromMs, used: 0 }];
  let used = 0;
  for (const [index, amount] of charged.entries()) {
    used += amount;
    const atMs = Math.min(span.toMs, span.fromMs + (index + 1) * span.bucketMs);
    if (atMs > nowMs) break;
    line.push({ atMs, used });
  }
  return line;
}

function movingLine(
  { fromMs, bucketMs }: Span,
  charged: readonly number[],
  nowMs: number,
  rollingMs: number,
): Point[] {
  const width = Math.ceil(rollingMs / bucketMs);
  const line: Point[] = [];
  for (let end = width; end <= charged.length; end += 1) {
    const atMs = fromMs + end * bucketMs;
    if (atMs > nowMs) break;
    // As the counter does it: the slice that the window's begin falls into counts whole.
    const used = charged.slice(Math.max(0, end - width), end).reduce((sum, amount) => sum + amount, 0);
    line.push({ atMs, used });
  }
  return line;
}

/** The limit at the begin, and each moment from which it is another one. */
export function limitSteps(budget: Budget, fromMs: number, toMs: number): { atMs: number; limit: number }[] {
  const edges = budget.overrides.flatMap((override) => [override.fromMs, override.toMs]);
  const moments = [fromMs, ...edges.filter((at) => at > fromMs && at < toMs).sort((a, b) => a - b)];
  const steps = moments.map((atMs) => ({ atMs, limit: limitAt(budget, atMs) }));
  return steps.filter(({ limit }, index) => limit !== steps[index - 1]?.limit);
}
