/**
 * What a counter was charged, bucket by bucket, out of the ledger. Reading is bounded: where a few seconds do not suffice, the
 * next question goes on from there, and what was read once is not read again.
 */
import { type BurnDownPlan, bucketOf, bucketsOf, type Span } from '../core/budget/burn-down.ts';
import type { Budget } from '../core/budget/model.ts';
import type { RecordedCharge, RequestRecord } from '../core/record.ts';
import type { LedgerStore } from '../storage/ledger.ts';
import { callsInOrder } from './calls-in-order.ts';

const defaultReadMs = 2_000;
/** A call is entered when it has ended, under the time when it began: the newest are read again each time. */
const lateMs = 5 * 60_000;
/** A call that is charged to a window may have begun before it. */
const earlyMs = 60_000;
/** Counters remembered, each some kilobytes; beyond that the one that was asked for longest ago is forgotten. */
const maxKept = 100;

type Charged = Map<Span, number[]>;

interface Kept {
  plan: BurnDownPlan;
  charged: Charged;
  /** All calls that began before are in it. Unix ms. */
  doneToMs: number;
  /** Ends when whoever asked before has read. */
  turn: Promise<void>;
}

export interface BurnDown {
  now: number[];
  before: number[];
  /** False: ask again for the rest. */
  complete: boolean;
}

export class BurnDownReader {
  readonly #kept = new Map<string, Kept>();
  readonly #readMs: number;

  constructor(readMs = defaultReadMs) {
    this.#readMs = readMs;
  }

  /** Who asks for the same at the same time reads one after the other: the second has little left to read. */
  read(
    ledger: Pick<LedgerStore, 'search'>,
    budget: Budget,
    group: string,
    plan: BurnDownPlan,
    nowMs: number,
  ): Promise<BurnDown> {
    const { now, before } = plan;
    const { name, unit } = budget;
    const id = JSON.stringify([name, unit, group, now.fromMs, now.bucketMs, before?.fromMs]);
    const fresh = { plan, charged: emptyOf(plan), doneToMs: (before ?? now).fromMs - earlyMs };
    const kept = this.#kept.get(id) ?? { ...fresh, turn: Promise.resolve() };
    const isOf = (of: RecordedCharge) => of.budget === name && of.unit === unit && of.group === group;
    const reading = kept.turn.then(() => readOn(ledger, kept, isOf, nowMs, this.#readMs));
    kept.turn = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (this.#kept.size > maxKept) this.#kept.delete(this.#kept.keys().next().value!);
    return reading;
  }
}

async function readOn(
  ledger: Pick<LedgerStore, 'search'>,
  kept: Kept,
  isOf: (charge: RecordedCharge) => boolean,
  nowMs: number,
  readMs: number,
): Promise<BurnDown> {
  const { plan } = kept;
  const until = performance.now() + readMs;
  const isLate = () => performance.now() > until;
  const settledMs = nowMs - lateMs;
  let slice: RequestRecord[] = [];
  for await (const { records, doneToMs } of callsInOrder(ledger, kept.doneToMs, settledMs)) {
    slice.push(...records);
    // What is not done is read again the next time, and must not be counted twice.
    if (doneToMs <= kept.doneToMs) continue;
    add(kept.charged, plan, slice, isOf);
    slice = [];
    kept.doneToMs = doneToMs;
    if (isLate()) break;
  }
  const newest = new Map([...kept.charged].map(([span, amounts]) => [span, [...amounts]]));
  let complete = kept.doneToMs >= settledMs;
  if (complete) {
    for await (const { records, doneToMs } of callsInOrder(ledger, kept.doneToMs, nowMs)) {
      add(newest, plan, records, isOf);
      complete = doneToMs >= nowMs;
      if (isLate()) break;
    }
  }
  const before = plan.before && newest.get(plan.before);
  return { now: newest.get(plan.now)!, before: before ?? [], complete };
}

function emptyOf({ now, before }: BurnDownPlan): Charged {
  const spans = before === undefined ? [now] : [before, now];
  return new Map(spans.map((span) => [span, Array(bucketsOf(span)).fill(0)]));
}

function add(
  charged: Charged,
  plan: BurnDownPlan,
  records: readonly RequestRecord[],
  isOf: (charge: RecordedCharge) => boolean,
): void {
  for (const { startedAtMs, budgets = [] } of records) {
    for (const charge of budgets) {
      if (!isOf(charge)) continue;
      for (const [span, amounts] of charged) {
        const index = bucketOf(span, plan, startedAtMs, charge.windowStart);
        if (index !== undefined) amounts[index] = (amounts[index] ?? 0) + charge.used;
      }
    }
  }
}
