/** What a thread has leased of one counter: spent here, without asking anybody, as long as it lasts. */
import type { Reading, ReservationItem } from '../../core/budget/model.ts';
import { heldBy } from '../../core/budget/reserve.ts';
import { counterName, heldField, usedField } from './budget-keys.ts';
import type { SyncCounter } from './sync-script.ts';

/** Calls' worth that is asked for at first; doubled as long as it does not last. */
const firstCalls = 4;
/** Ticks (a tenth of a second each) without a call after which a lease is given back. */
const idleTicks = 2;
/** A lease that was used up sooner than this is too small. */
const briefTicks = 10;
/** Far from the limit charges wait for so long, so that one exchange tells of many calls; what is leased counts for them meanwhile. */
const tellTicks = 3;

export class Lease {
  /** The last that drew on it: has the limit and the slices in force. */
  item: ReservationItem;
  readonly name: string;
  readonly pot: string;
  /** Spare amount, to be held or charged. Below zero when more was charged than held. */
  free = 0;
  /** By calls under way. */
  held = 0;
  /** The slice that settling has a counter for on this machine. */
  preparedSlice = Number.NaN;
  /** Whether it is told at the next exchange. */
  dirty = false;
  /** Something spare should go back at once: the limit is near. */
  near = false;
  /** Charged slices whose total is to be told. */
  readonly charged = new Map<number, ReservationItem>();
  /** Among those that something may be due for; the exchange's to keep. */
  isActive = false;
  #limit = Number.NaN;
  #used = 0;
  #others = 0;
  #unsent = 0;
  #typical = 1;
  #target = 0;
  #usedTick = 0;
  #filledTick = 0;
  #lastCharged = Number.NaN;

  constructor(item: ReservationItem) {
    this.item = item;
    this.name = counterName(item);
    this.pot = heldField(this.name, item);
  }

  isOf({ unit, keepSeconds, slices }: ReservationItem): boolean {
    const own = this.item;
    if (own.unit !== unit || own.keepSeconds !== keepSeconds) return false;
    // A rolling window has one pot, whatever its slices are by now.
    return own.slices.length > 1 ? slices.length > 1 : slices.length === 1 && own.slices[0] === slices[0];
  }

  /** Whether the whole of what is wanted can be had here. */
  fits(item: ReservationItem, wanted: number): boolean {
    if (item.enforce === 'report') return true;
    if (this.#limit !== item.limit) return false;
    return item.enforce === 'soft' ? this.free > 0 : this.free >= heldBy(item, wanted);
  }

  take(item: ReservationItem, granted: number, tick: number): void {
    const amount = heldBy(item, granted);
    this.use(item, granted, tick);
    this.held += amount;
    if (item.enforce === 'hard') this.free -= amount;
    else if (amount > 0) this.dirty = true;
  }

  /** The script gave it: nothing spare is taken for it. */
  granted(item: ReservationItem, granted: number, tick: number): void {
    this.use(item, granted, tick);
    this.held += heldBy(item, granted);
  }

  /** A call wants it, whether there is enough or not. */
  use(item: ReservationItem, output: number, tick: number): void {
    this.item = item;
    this.#usedTick = tick;
    this.#typical = Math.max(1, item.fixed + output * item.perOutputToken);
  }

  /** Never gives back more than calls hold. */
  settle(item: ReservationItem, release: number, used: number): void {
    const back = Math.min(release, this.held);
    this.held -= back;
    if (item.enforce !== 'report') this.free += (item.enforce === 'hard' ? back : 0) - used;
    if (used !== 0) {
      this.#unsent += used;
      const slice = item.slices.at(-1)!;
      if (slice !== this.#lastCharged) {
        this.#lastCharged = slice;
        this.charged.set(slice, item);
      }
    }
    this.dirty = true;
  }

  /** As far as it is known here: what other processes charged since the last exchange is not in it. */
  reading(): Reading {
    return { used: this.#used + this.#unsent, reserved: this.#others + this.held };
  }

  /**
   * What is told and asked at an exchange. Spare amounts that go into the script's hands leave `free`; all of them when calls wait
   * for it (so many as `waiting` tells), else what lies idle.
   */
  ask(waiting: number, tick: number, totalOf: (item: ReservationItem) => number): Asked {
    const charged = [...this.charged];
    const totals = charged.map(([start, item]): [string, number] => [
      usedField(this.name, start, item.keepSeconds),
      totalOf(item),
    ]);
    if (this.free < 0) this.free = 0;
    const idle = tick - this.#usedTick >= idleTicks;
    if (waiting > 0 || this.isLow || this.#isSpentSoon(tick)) this.#grow(waiting, tick);
    else if (idle) this.#target = 0;
    const isSpare = this.item.enforce !== 'report';
    const target = isSpare ? this.#target : 0;
    const parked = waiting > 0 || this.near ? this.free : Math.max(0, this.free - target);
    this.free -= parked;
    const sent = { parked, unsent: this.#unsent, charged };
    this.charged.clear();
    this.#lastCharged = Number.NaN;
    this.dirty = false;
    const { slices, keepSeconds, limit } = this.item;
    const counter: SyncCounter = {
      h: this.pot,
      k: this.held + this.free,
      // Leased under another limit it does not come back: see the script on a generation that takes in.
      f: this.#limit === limit ? parked : 0,
      e: isSpare ? this.free : 0,
      x: Math.max(0, target - this.free),
      m: this.#typical,
      limit,
      t: this.item.unit === 'concurrency' ? '-' : String(slices.at(-1)),
      u: totals,
      s: slices.map((start) => usedField(this.name, start, keepSeconds)),
    };
    return { lease: this, counter, ...sent };
  }

  /** The exchange took place. */
  took({ counter, unsent }: Asked, used: number, others: number, spare: number, tick: number): void {
    this.#used = used;
    this.#others = others;
    this.#unsent -= unsent;
    this.#limit = counter.limit;
    this.free += spare;
    this.near = counter.x > 0 && spare === 0;
    this.#filledTick = tick;
  }

  /**
   * It did not, or nobody knows: everything is told again. What was in the script's hands is only ours again when it never got
   * there: the script may have given it to others.
   */
  lost({ parked, charged }: Asked, mayHaveRun: boolean): void {
    if (!mayHaveRun) this.free += parked;
    for (const [start, item] of charged) this.charged.set(start, item);
    this.dirty = true;
  }

  /** Nothing is spare any more. True when there is something to tell. */
  lapse(): boolean {
    if (this.free > 0 || this.held > 0) this.dirty = true;
    this.free = 0;
    return this.dirty;
  }

  /** Spare amounts that nobody draws on go back; a lease that is used up before long is filled in time. */
  isDue(tick: number): boolean {
    return this.dirty || this.#isIdleOrHalf(tick);
  }

  /** It is due, and does not wait to be told with what comes next. */
  isPressing(tick: number): boolean {
    if (this.dirty && (this.near || tick - this.#filledTick >= tellTicks)) return true;
    return this.#isIdleOrHalf(tick);
  }

  /** Also when more was charged than leased: nothing here counts for that. */
  #isIdleOrHalf(tick: number): boolean {
    if (this.free > 0 && tick - this.#usedTick >= idleTicks) return true;
    return !this.near && this.free < this.#target / 2;
  }

  /** It would have to be filled more often than charges are told. */
  #isSpentSoon(tick: number): boolean {
    return !this.near && this.free < this.#target / 2 && tick - this.#filledTick < tellTicks;
  }

  /** It will not last until the next tick, at the pace of the calls since the last: filled before they have to wait. */
  get isLow(): boolean {
    return !this.near && this.free < this.#target / 4;
  }

  /** Nothing is due before a call asks for it again. */
  get isQuiet(): boolean {
    return !this.dirty && this.free === 0 && this.#target === 0;
  }

  /** Nothing is lost when it is forgotten. */
  isIdle(tick: number): boolean {
    return !this.dirty && this.free === 0 && this.held === 0 && tick - this.#usedTick > 600;
  }

  #grow(waiting: number, tick: number): void {
    const least = Math.max(firstCalls, 2 * waiting) * this.#typical;
    const brief = tick - this.#filledTick < briefTicks;
    this.#target = brief && !this.near && this.#target > 0 ? Math.max(least, this.#target * 2) : least;
    if (this.#target > Number.MAX_SAFE_INTEGER) this.#target = Number.MAX_SAFE_INTEGER;
  }
}

/** One counter of an exchange, and what is needed to undo its asking. */
export interface Asked {
  lease: Lease;
  counter: SyncCounter;
  parked: number;
  unsent: number;
  charged: [number, ReservationItem][];
}
