/** Calls added up for `usage-sums.ts`: first those that are alike, so that many calls of one key cost little. */
import { latencyBin } from './latency-bin.ts';
import { type Level, levelsOf, modelSeparator, type SumDimension } from './usage-sums-schema.ts';

/** Of `columnsOf`: everything from `started` on, or what a SELECT of the same columns gives. */
export type CallColumns = readonly (string | number | null)[];
/** Of `rareFiguresOf`. */
type RareFigures = readonly number[] | undefined;

export interface UsageSum {
  dimension: SumDimension;
  level: Level;
  slot: number;
  value: string;
  /** In the order of the table: requests to unpriced. */
  figures: number[];
  rare: RareFigures;
  last: number;
}

export interface LatencySum {
  slot: number;
  kind: 'duration' | 'first_token';
  bin: number;
  calls: number;
}

/** Alike in the hour and in all that sums are made by. */
interface AlikeCalls {
  slot: number;
  provider: string;
  model: string;
  route: string;
  labels: string;
  user: string;
  key: string;
  figures: number[];
  rare: RareFigures;
  last: number;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const durations = 1_000_000;

export class SumsOfCalls {
  /** Calls that were added. */
  count = 0;
  readonly #alike = new Map<string, AlikeCalls>();
  /** Day and bin in one number, for each kind. */
  readonly #latencies = { duration: new Map<number, number>(), first_token: new Map<number, number>() };

  /** `sign` −1 for calls that go. */
  add(columns: CallColumns, rare?: RareFigures, sign: 1 | -1 = 1): void {
    const [started, outcome, key, user, model, , provider, route, labels] = columns as string[];
    const at = Number(started);
    const slot = at - (at % hourMs);
    const id = `${slot}\n${key}\n${model}\n${route}\n${provider}\n${user}\n${labels}`;
    let alike = this.#alike.get(id);
    if (alike === undefined) {
      const figures = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
      alike = {
        slot,
        provider,
        model,
        route,
        labels,
        user,
        key,
        figures,
        rare: undefined,
        last: at,
      } as AlikeCalls;
      this.#alike.set(id, alike);
    }
    const { figures } = alike;
    figures[0]! += sign;
    if (outcome === 'refused') figures[1]! += sign;
    else if (outcome === 'failed') figures[2]! += sign;
    else this.#addLatencies(at, columns, sign);
    for (let figure = 0; figure < 7; figure++) figures[figure + 3]! += sign * (columns[figure + 9] as number);
    if (rare !== undefined) alike.rare = sumOf(alike.rare, rare, sign);
    if (at > alike.last) alike.last = at;
    this.count++;
  }

  usage(): Iterable<UsageSum> {
    const sums = new Map<string, UsageSum>();
    for (const { slot, provider, model, route, labels, user, key, ...sum } of this.#alike.values()) {
      const add = (dimension: SumDimension, value: string) => {
        const level = levelsOf[dimension][0]!;
        addTo(sums, { dimension, level, slot: slotOf(slot, level), value, ...sum });
      };
      add('all', '');
      add('model', `${provider}${modelSeparator}${model}`);
      add('route', route);
      add('labels', labels);
      add('user', user);
      add('key', key);
    }
    for (const sum of [...sums.values()])
      for (const level of levelsOf[sum.dimension].slice(1))
        addTo(sums, { ...sum, level, slot: slotOf(sum.slot, level) });
    return sums.values();
  }

  *latencies(): Generator<LatencySum> {
    for (const kind of ['duration', 'first_token'] as const)
      for (const [place, calls] of this.#latencies[kind]) {
        const day = Math.floor(place / durations + 0.5);
        yield { slot: day * dayMs, kind, bin: place - day * durations, calls };
      }
  }

  /** Of calls that were answered, by day. */
  #addLatencies(at: number, columns: CallColumns, sign: 1 | -1): void {
    const day = Math.floor(at / dayMs) * durations;
    const { duration, first_token: firstToken } = this.#latencies;
    const count = (kind: Map<number, number>, ms: number) => {
      const place = day + latencyBin(ms);
      kind.set(place, (kind.get(place) ?? 0) + sign);
    };
    count(duration, columns[16] as number);
    if (columns[17] !== null) count(firstToken, columns[17] as number);
  }
}

export function slotOf(ms: number, level: Level): number {
  if (level === 'hour') return ms - (ms % hourMs);
  if (level === 'day') return ms - (ms % dayMs);
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

function addTo(sums: Map<string, UsageSum>, one: UsageSum): void {
  const id = `${one.dimension} ${one.level} ${one.slot} ${one.value}`;
  const sum = sums.get(id);
  if (sum === undefined) {
    sums.set(id, { ...one, figures: [...one.figures] });
    return;
  }
  for (let at = 0; at < sum.figures.length; at++) sum.figures[at]! += one.figures[at]!;
  sum.rare = sumOf(sum.rare, one.rare, 1);
  sum.last = Math.max(sum.last, one.last);
}

function sumOf(sum: RareFigures, added: RareFigures, sign: 1 | -1): RareFigures {
  if (added === undefined) return sum;
  return added.map((figure, at) => (sum?.[at] ?? 0) + sign * figure);
}
