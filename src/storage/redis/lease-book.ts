/** A thread's leases, found by what a call brings anyway: a busy counter costs no text. */
import type { ReservationItem } from '../../core/budget/model.ts';
import { Lease } from './lease.ts';

export class LeaseBook implements Iterable<Lease> {
  readonly #found = new Map<string, Map<string, Lease[]>>();

  /** `undefined` when nothing was drawn on it here yet. */
  find(item: ReservationItem): Lease | undefined {
    const windows = this.#found.get(item.budget)?.get(item.group);
    if (windows === undefined) return undefined;
    for (const lease of windows) if (lease.isOf(item)) return lease;
    return undefined;
  }

  make(item: ReservationItem): Lease {
    const groups = this.#found.get(item.budget) ?? new Map<string, Lease[]>();
    this.#found.set(item.budget, groups);
    const windows = groups.get(item.group) ?? [];
    groups.set(item.group, windows);
    const lease = new Lease(item);
    // The window that began last is the one most asked for.
    windows.unshift(lease);
    return lease;
  }

  *[Symbol.iterator](): Generator<Lease> {
    for (const groups of this.#found.values()) for (const windows of groups.values()) yield* windows;
  }

  /** Drops what nobody draws on any more. */
  forget(isIdle: (lease: Lease) => boolean): void {
    for (const [budget, groups] of this.#found) {
      for (const [group, windows] of groups) {
        const kept = windows.filter((lease) => !isIdle(lease));
        if (kept.length === 0) groups.delete(group);
        else groups.set(group, kept);
      }
      if (groups.size === 0) this.#found.delete(budget);
    }
  }
}
