/**
 * How long what a gateway has leased of a shared budget is its own. A gateway goes by its own steady clock, which never steps, and
 * stops spending long before anybody else may: so no clock has to agree with another, and the server's may even step.
 */

/** A gateway spends what it has leased for so long after the begin of the last exchange that took place, ms. */
export const spendMs = 2_500;

/** Without a word of its owner for so long by the server's clock, a lease counts as used, ms. */
export const leaseMs = 30_000;

/**
 * When the server lost its data, it grants nothing for so long, ms. More than `spendMs`: who could not tell by then what it has
 * leased does not spend it any more.
 */
export const settlingMs = 3_000;

/** With a beat a second and the wait before another attempt, everybody has told by then, though one command was in vain. */
export function settlingWith(timeoutMs: number): number {
  return Math.max(settlingMs, timeoutMs + 2_000);
}

/** Seen ended for so long, by the steady clock of a gateway that watches, what a lease counts as used for comes back, ms. */
export const defaultReturnMs = 600_000;

/** Whether a lease that was told of at `toldAtMs` may still be spent. Both by one steady clock. */
export function maySpend(toldAtMs: number, nowMs: number, forMs: number = spendMs): boolean {
  return nowMs < toldAtMs + forMs;
}

/** An owner whose leases ended, and the name of this absence: another one follows when it came back in between. */
export interface Absence {
  owner: string;
  epoch: string;
}

/** Remembers since when each absence was seen. */
export class AbsenceWatch {
  readonly #returnMs: number;
  readonly #since = new Map<string, { epoch: string; sinceMs: number }>();

  /** `Infinity`: what was leased comes back with its owner alone. */
  constructor(returnMs: number = defaultReturnMs) {
    this.#returnMs = returnMs;
  }

  /** `absences` are all there are at `nowMs`, of a steady clock. Returns those that lasted long enough. */
  see(absences: readonly Absence[], nowMs: number): Absence[] {
    const owners = new Set(absences.map(({ owner }) => owner));
    for (const owner of this.#since.keys()) if (!owners.has(owner)) this.#since.delete(owner);
    return absences.filter(({ owner, epoch }) => {
      const seen = this.#since.get(owner);
      if (seen?.epoch === epoch) return nowMs >= seen.sinceMs + this.#returnMs;
      this.#since.set(owner, { epoch, sinceMs: nowMs });
      return false;
    });
  }
}
