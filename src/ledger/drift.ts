/**
 * Do the budget counters and the ledger still tell the same? Both are written in one step, so they can only part by a fault (a
 * damaged disk, a ledger put back from a copy, a reset counter). Which side is right only a person can say.
 */
import { parseUsedKey, usedPrefix } from '../core/budget/counter-keys.ts';
import type { BudgetUnit } from '../core/budget/model.ts';
import type { CounterIncrement, CounterStore, CounterValue } from '../storage/counters.ts';
import type { CounterDrift, DriftCheck } from '../storage/drift.ts';
import type { Charged, ChargedSum, LedgerStore } from '../storage/ledger.ts';

export interface DriftSources {
  counters: CounterStore;
  ledger: LedgerStore;
  /** Enters into the ledger whatever was settled before the call. */
  enterAll: () => Promise<void>;
  /** The name that the store keeps a budget's counter under (it shortens long ones). */
  keyOf: (sum: Pick<ChargedSum, 'budget' | 'unit' | 'group'>) => string;
  nowSeconds: () => number;
}

export function createDriftCheck(sources: DriftSources): DriftCheck {
  const { counters, ledger } = sources;
  return {
    find: () => findDrift(sources),
    repair: async (drifts, believed) => {
      if (believed === 'ledger') {
        if (drifts.length > 0) await counters.add(repairsOf(drifts));
        return [];
      }
      const sums = drifts.flatMap(({ of, windowStart, windowSeconds, counted, entered }) =>
        of === undefined ? [] : [{ ...of, windowStart, windowSeconds, used: counted - entered }],
      );
      if (ledger.correctCharged === undefined) return [...drifts];
      await ledger.correctCharged(sums);
      return drifts.filter(({ of }) => of === undefined);
    },
  };
}

/**
 * Safe while calls are made: a counter differs only when the ledger is outside of what it was before and after the ledger was
 * read. A call between its count and its journal line could still be seen, so a difference must show twice.
 */
export async function findDrift(sources: DriftSources): Promise<CounterDrift[]> {
  const first = await compare(sources);
  return first.length === 0 ? first : stillThere(first, await compare(sources));
}

/** What brings the counters to what the ledger says; for `CounterStore.add`. */
function repairsOf(drifts: readonly CounterDrift[]): CounterIncrement[] {
  return drifts.map(({ key, windowStart, windowSeconds, counted, entered }) => ({
    key,
    windowStart,
    windowSeconds,
    add: entered - counted,
  }));
}

async function compare({ counters, ledger, enterAll, keyOf, nowSeconds }: DriftSources) {
  const before = await counters.list(usedPrefix);
  await enterAll();
  const charged = await ledger.charged();
  return driftBetween(before, charged, await counters.list(usedPrefix), keyOf, nowSeconds());
}

/** `before` and `after`: the counters when the ledger's reading began and when it was done. */
export function driftBetween(
  before: readonly CounterValue[],
  charged: Charged,
  after: readonly CounterValue[],
  keyOf: DriftSources['keyOf'],
  nowSeconds: number,
): CounterDrift[] {
  const least = new Map(before.map((counter) => [idOf(counter), counter.value]));
  const most = new Map(after.map((counter) => [idOf(counter), counter]));
  const found: CounterDrift[] = [];
  const judge = (counter: CounterIdentity, entered: number, of: CounterDrift['of']) => {
    const { key, windowStart, windowSeconds } = counter;
    if (windowStart * 1000 < charged.sinceMs || windowStart + windowSeconds <= nowSeconds) return;
    const low = least.get(idOf(counter)) ?? 0;
    const high = most.get(idOf(counter))?.value ?? 0;
    const counted = entered < low ? low : high;
    if (entered < low || entered > high)
      found.push({ key, windowStart, windowSeconds, counted, entered, ...(of && { of }) });
  };
  for (const { budget, unit, group, windowStart, windowSeconds, used } of charged.sums) {
    const counter = { key: keyOf({ budget, unit, group }), windowStart, windowSeconds };
    judge(counter, used, { budget, unit, group });
    least.delete(idOf(counter));
    most.delete(idOf(counter));
  }
  // What is left was counted and is not in the ledger at all.
  for (const counter of most.values()) judge(counter, 0, counted(counter.key, keyOf));
  return found;
}

/** A key that the store shortened does not say whole what it counts. */
function counted(key: string, keyOf: DriftSources['keyOf']): CounterDrift['of'] {
  const parsed = parseUsedKey(key) as { budget: string; unit: BudgetUnit; group: string } | undefined;
  return parsed !== undefined && keyOf(parsed) === key ? parsed : undefined;
}

type CounterIdentity = Pick<CounterValue, 'key' | 'windowStart' | 'windowSeconds'>;

function idOf({ key, windowStart, windowSeconds }: CounterIdentity): string {
  return `${windowStart} ${windowSeconds} ${key}`;
}

/** The smaller of both differences of a counter; none where they point in opposite ways. */
function stillThere(first: readonly CounterDrift[], second: readonly CounterDrift[]): CounterDrift[] {
  const known = new Map(first.map((drift) => [idOf(drift), drift.counted - drift.entered]));
  return second.flatMap((drift) => {
    const before = known.get(idOf(drift)) ?? 0;
    const now = drift.counted - drift.entered;
    if (before === 0 || before > 0 !== now > 0) return [];
    const sure = Math.abs(before) < Math.abs(now) ? before : now;
    return [{ ...drift, counted: drift.entered + sure }];
  });
}
