/**
 * Budgets that several processes share over one Redis or Valkey. A thread spends what it has leased without asking; what does not
 * fit its leases is decided by one script for all budgets of a call, together with every call that waits meanwhile. Charges are
 * in this machine's journal before a call ends and are told as totals, so that telling them twice, or after `kill -9`, is the same.
 */
import type {
  Charge,
  ReservationItem,
  ReservationOutcome,
  ReservationRequest,
} from '../../core/budget/model.ts';
import type { Accounts } from '../accounts.ts';
import type { WaitingCall } from './exchange.ts';
import type { Lease } from './lease.ts';
import { LeaseBook } from './lease-book.ts';
import { LeaseExchange } from './lease-exchange.ts';
import type { LeasedAccountsOptions } from './lease-options.ts';

export interface LeasedAccounts extends Accounts {
  settle(charges: readonly Charge[], entry: string): void;
  /** Tells what was charged and gives leases back, if the server is there. */
  close(): Promise<void>;
}

/** How often charges are told, and leases that nobody draws on are given back. */
const tickMs = 100;

export function openLeasedAccounts(options: LeasedAccountsOptions): LeasedAccounts {
  return new ScriptedAccounts(options);
}

class ScriptedAccounts implements LeasedAccounts {
  readonly #options: LeasedAccountsOptions;
  readonly #leases = new LeaseBook();
  readonly #exchange: LeaseExchange;
  readonly #ticking: NodeJS.Timeout;
  #tick = 0;

  constructor(options: LeasedAccountsOptions) {
    this.#options = options;
    this.#exchange = new LeaseExchange(options, this.#leases, () => this.#tick);
    this.#ticking = setInterval(() => this.#onTick(), tickMs);
  }

  reserve(request: ReservationRequest): ReservationOutcome | Promise<ReservationOutcome> {
    const leases = request.items.map((item) => this.#leaseOf(item));
    return this.#reserveHere(request, leases) ?? this.#ask(request, leases);
  }

  /** Out of what is leased, if that is enough for all of it. */
  #reserveHere(
    { items, wantedOutput }: ReservationRequest,
    leases: readonly Lease[],
  ): ReservationOutcome | undefined {
    const isSure = this.#exchange.isLeaseSure();
    for (let index = 0; index < items.length; index++) {
      const item = items[index]!;
      if (!leases[index]!.fits(item, wantedOutput) || !(isSure || item.enforce === 'report'))
        return undefined;
    }
    const readings = leases.map((lease) => lease.reading());
    let low = false;
    for (let index = 0; index < items.length; index++) {
      leases[index]!.take(items[index]!, wantedOutput, this.#tick);
      // What is only reported is held without a lease, and so has to be told.
      if (items[index]!.enforce === 'report') this.#exchange.touch(leases[index]!);
      low ||= leases[index]!.isLow;
    }
    if (low) this.#exchange.refill();
    return { granted: wantedOutput, readings };
  }

  settle(charges: readonly Charge[], entry: string): void {
    try {
      this.#options.book.charge(charges, entry);
    } finally {
      let near = false;
      for (const { item, release, used } of charges) {
        const lease = this.#leases.find(item) ?? this.#leases.make(item);
        lease.settle(item, release, used);
        this.#exchange.touch(lease);
        near ||= lease.near;
      }
      // Others may be refused for want of what this call gave back.
      if (near) this.#exchange.soon();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#exchange.giveBack();
    this.#options.connection.close();
  }

  #ask(request: ReservationRequest, leases: readonly Lease[]): Promise<ReservationOutcome> {
    for (const [index, item] of request.items.entries())
      leases[index]!.use(item, request.wantedOutput, this.#tick);
    return new Promise((resolve, reject) => {
      const again = () => {
        const outcome = this.#reserveHere(request, leases);
        if (outcome !== undefined) resolve(outcome);
        return outcome !== undefined;
      };
      const call: WaitingCall = { request, leases, again, resolve, reject };
      this.#exchange.add(call);
    });
  }

  /** Takes the slot that settling will need: a machine whose counters are full refuses instead of losing the charge. */
  #leaseOf(item: ReservationItem): Lease {
    const lease = this.#leases.find(item) ?? this.#leases.make(item);
    const slice = item.slices.at(-1)!;
    if (lease.preparedSlice !== slice) {
      if (item.unit !== 'concurrency') this.#options.book.chargedTo(item);
      lease.preparedSlice = slice;
    }
    return lease;
  }

  #onTick(): void {
    this.#tick++;
    if (this.#tick % 100 === 0)
      this.#leases.forget((lease) => {
        const isIdle = lease.isIdle(this.#tick);
        if (isIdle) this.#exchange.forget(lease);
        return isIdle;
      });
    this.#exchange.onTick();
  }
}
