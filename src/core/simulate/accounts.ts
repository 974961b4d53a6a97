/** Counters of a replay: what `storage/` does in shared memory, in a map of its own, with the same decisions. */
import type {
  Charge,
  Reading,
  ReservationItem,
  ReservationOutcome,
  ReservationRequest,
} from '../budget/model.ts';
import { decideReservation, heldBy } from '../budget/reserve.ts';

interface Counter {
  value: number;
  /** Unix seconds: read by no window from then on. */
  endsAt: number;
}

/** Ended windows are looked for when there are twice as many counters as the last time some were left. */
const leastSweep = 1_000;

export class ReplayAccounts {
  readonly #used = new Map<string, Counter>();
  readonly #held = new Map<string, number>();
  #sweepAbove = leastSweep;

  reserve(request: ReservationRequest): ReservationOutcome {
    const readings = request.items.map((item) => this.#read(item));
    const decision = decideReservation(request, readings);
    if ('granted' in decision)
      for (const item of request.items) this.#hold(item, heldBy(item, decision.granted));
    return { ...decision, readings };
  }

  /** `nowSeconds`: by the clock of the replay. Returns what each charged counter's window holds now. */
  settle(charges: readonly Charge[], nowSeconds: number): number[] {
    const used = charges.map(({ item, release, used: amount }) => {
      this.#hold(item, -release);
      if (amount !== 0) this.#count(item, amount);
      return this.#read(item).used;
    });
    if (this.#used.size > this.#sweepAbove) this.#sweep(nowSeconds);
    return used;
  }

  #read(item: ReservationItem): Reading {
    let used = 0;
    for (const slice of item.slices) used += this.#used.get(keyOf(item, slice))?.value ?? 0;
    return { used, reserved: this.#held.get(keyOf(item, heldStart(item))) ?? 0 };
  }

  #count(item: ReservationItem, amount: number): void {
    const slice = item.slices.at(-1)!;
    const key = keyOf(item, slice);
    const counter = this.#used.get(key);
    if (counter === undefined) this.#used.set(key, { value: amount, endsAt: slice + item.keepSeconds });
    else counter.value += amount;
  }

  #hold(item: ReservationItem, amount: number): void {
    const key = keyOf(item, heldStart(item));
    const held = (this.#held.get(key) ?? 0) + amount;
    if (held === 0) this.#held.delete(key);
    else this.#held.set(key, held);
  }

  #sweep(nowSeconds: number): void {
    for (const [key, { endsAt }] of this.#used) if (endsAt <= nowSeconds) this.#used.delete(key);
    this.#sweepAbove = Math.max(leastSweep, this.#used.size * 2);
  }
}

/** Rolling windows have one pot of holds for all slices, as in the stores. */
function heldStart(item: ReservationItem): number {
  return item.slices.length > 1 ? 0 : item.slices[0]!;
}

function keyOf({ budget, unit, group }: ReservationItem, slice: number): string {
  return `${slice} ${budget} ${unit} ${group}`;
}
