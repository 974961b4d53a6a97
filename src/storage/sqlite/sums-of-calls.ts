/** Rows of `call` added up for `usage-sums.ts`, so that a batch writes each sum once. */
import { latencyBin } from './latency-bin.ts';
import { type Level, levelsOf, modelSeparator, type SumDimension } from './usage-sums-schema.ts';

/** Of `columnsOf`, with the same names as in the table. */
export interface CallRow {
  started: number;
  outcome: string;
  key: string;
  user: string;
  model: string;
  provider: string;
  route: string;
  labels: string;
  /** Input, cached input, cache write, output, reasoning, cost, unpriced. */
  figures: readonly number[];
  duration: number;
  firstToken: number | null;
}

export interface UsageSum {
  dimension: SumDimension;
  level: Level;
  slot: number;
  value: string;
  /** In the order of the table: requests to unpriced. */
  figures: number[];
  last: number;
}

export interface LatencySum {
  slot: number;
  kind: 'duration' | 'first_token';
  bin: number;
  calls: number;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

export function slotOf(ms: number, level: Level): number {
  if (level === 'hour') return ms - (ms % hourMs);
  if (level === 'day') return ms - (ms % dayMs);
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** `sign` −1 for calls that go. */
export function usageSumsOf(rows: readonly CallRow[], sign: 1 | -1): Iterable<UsageSum> {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const { started, outcome } = row;
    const counts = [1, outcome === 'refused' ? 1 : 0, outcome === 'failed' ? 1 : 0, ...row.figures];
    const figures = sign > 0 ? counts : counts.map((count) => -count);
    const add = (dimension: SumDimension, value: string) => {
      const level = levelsOf[dimension][0]!;
      addTo(sums, { dimension, level, slot: slotOf(started, level), value, figures, last: started });
    };
    add('all', '');
    add('model', `${row.provider}${modelSeparator}${row.model}`);
    add('route', row.route);
    add('labels', row.labels);
    add('user', row.user);
    add('key', row.key);
  }
  for (const sum of [...sums.values()])
    for (const level of levelsOf[sum.dimension].slice(1))
      addTo(sums, { ...sum, level, slot: slotOf(sum.slot, level) });
  return sums.values();
}

function addTo(sums: Map<string, UsageSum>, one: UsageSum): void {
  const id = `${one.dimension} ${one.level} ${one.slot} ${one.value}`;
  const sum = sums.get(id);
  if (sum === undefined) {
    sums.set(id, { ...one, figures: [...one.figures] });
    return;
  }
  for (let at = 0; at < sum.figures.length; at++) sum.figures[at]! += one.figures[at]!;
  sum.last = Math.max(sum.last, one.last);
}

/** Of calls that were answered, by day. */
export function latencySumsOf(rows: readonly CallRow[], sign: 1 | -1): Iterable<LatencySum> {
  const sums = new Map<string, LatencySum>();
  const add = (kind: LatencySum['kind'], started: number, ms: number) => {
    const slot = slotOf(started, 'day');
    const bin = latencyBin(ms);
    const id = `${kind} ${slot} ${bin}`;
    const sum = sums.get(id);
    if (sum === undefined) sums.set(id, { slot, kind, bin, calls: sign });
    else sum.calls += sign;
  };
  for (const { outcome, started, duration, firstToken } of rows) {
    if (outcome !== 'ok') continue;
    add('duration', started, duration);
    if (firstToken !== null) add('first_token', started, firstToken);
  }
  return sums.values();
}
