/** What calls under way in this thread hold of budgets: listed, and released, one by one. */
import { heldBy } from '../core/budget/reserve.ts';
import type { HeldReservation } from '../core/policy/policy.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Accounts, Hold, Holds } from '../storage/accounts.ts';

interface HoldingCall {
  readonly record: RequestRecord;
  readonly context: { reservation?: HeldReservation };
  /** Where it is among those that hold; absent: it holds nothing. */
  heldAt?: number | undefined;
}

export class OpenHolds implements Holds {
  readonly #accounts: Pick<Accounts, 'settle'>;
  /** No Set: the tables that one leaves behind hold on to each other, and to ended calls, until a major collection. */
  readonly #calls: HoldingCall[] = [];

  constructor(accounts: Pick<Accounts, 'settle'>) {
    this.#accounts = accounts;
  }

  add(call: HoldingCall): void {
    if (call.context.reservation === undefined || call.heldAt !== undefined) return;
    call.heldAt = this.#calls.push(call) - 1;
  }

  delete(call: HoldingCall): void {
    const at = call.heldAt;
    if (at === undefined) return;
    call.heldAt = undefined;
    const last = this.#calls.pop()!;
    if (last === call) return;
    this.#calls[at] = last;
    last.heldAt = at;
  }

  list(budget: string): Hold[] {
    const found: Hold[] = [];
    for (const { record, context } of this.#calls) {
      const { request, granted, released } = context.reservation!;
      for (const [index, item] of request.items.entries()) {
        const amount = heldBy(item, granted);
        if (item.budget !== budget || amount === 0 || released?.has(index)) continue;
        const { group, unit } = item;
        const key = record.key === undefined ? {} : { key: record.key.id };
        found.push({ id: record.id, ...key, budget, group, unit, amount, sinceMs: record.startedAtMs });
      }
    }
    return found;
  }

  release(budget: string, id: string): boolean | Promise<boolean> {
    for (const { record, context } of this.#calls) {
      const held = context.reservation!;
      const index = held.request.items.findIndex((item) => item.budget === budget);
      if (record.id !== id || index < 0 || held.released?.has(index)) continue;
      const item = held.request.items[index]!;
      held.released = (held.released ?? new Set()).add(index);
      const given = this.#accounts.settle([{ item, release: heldBy(item, held.granted), used: 0 }], '');
      return given instanceof Promise ? given.then(() => true) : true;
    }
    return false;
  }
}
