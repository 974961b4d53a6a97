/** One thread's exchanges with the server, one after the other: each takes along all calls that wait and all that changed. */
import { leaseMs, maySpend, settlingMs, spendMs } from '../../core/budget/lease-time.ts';
import type { Reading, ReservationItem } from '../../core/budget/model.ts';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { budgetKeys } from './budget-keys.ts';
import { RedisUnavailable } from './connection.ts';
import { answer, type Exchange, isAnswerTo, type WaitingCall, waitingFor } from './exchange.ts';
import type { Lease } from './lease.ts';
import type { LeaseBook } from './lease-book.ts';
import type { LeasedAccountsOptions } from './lease-options.ts';
import type { Reply } from './resp.ts';
import { runScript } from './scripts.ts';
import { type SyncCall, type SyncRequest, syncScript, unknownScript } from './sync-script.ts';

const beatMs = 1_000;
const maxCounters = 500;
const maxCalls = 200;
const enforcement = { hard: 0, soft: 1, report: 2 } as const;

export class LeaseExchange {
  readonly #options: LeasedAccountsOptions;
  readonly #leases: LeaseBook;
  readonly #tick: () => number;
  /** Leases that something may be due for: the others have nothing spare and nothing to tell. */
  readonly #active = new Set<Lease>();
  #waiting: WaitingCall[] = [];
  #generation = '';
  #seq = 0;
  /** The last that took place. */
  #acked = 0;
  /** When the last exchange that took place began. */
  #toldAtMs = Number.NEGATIVE_INFINITY;
  /** Nothing spare is left since the lease was not sure any more. */
  #hasLapsed = true;
  /** Why the last one did not take place. */
  #fault: RateLimitUnavailable | undefined;
  #running: Promise<void> | undefined;
  #scheduled = false;

  constructor(options: LeasedAccountsOptions, leases: LeaseBook, tick: () => number) {
    this.#options = options;
    this.#leases = leases;
    this.#tick = tick;
  }

  /** False once what is leased may not be spent any more, as others may come to think that this thread is gone. */
  isLeaseSure(): boolean {
    const { nowMs, leaseMs: livesMs = leaseMs } = this.#options;
    return maySpend(this.#toldAtMs, nowMs(), Math.min(spendMs, livesMs / 2));
  }

  /** Something changed that the server is to know of in time. */
  touch(lease: Lease): void {
    if (lease.isActive) return;
    lease.isActive = true;
    this.#active.add(lease);
  }

  /** Rejects at once while the server is known to be away: ticks find out when it is back. */
  add(call: WaitingCall): void {
    if (this.#fault !== undefined) {
      call.reject(this.#fault);
      return;
    }
    this.#waiting.push(call);
    for (const lease of call.leases) this.touch(lease);
    this.soon();
  }

  /** At the end of this turn of the event loop: calls of one turn go together. */
  soon(): void {
    if (this.#scheduled || this.#running !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  /** Nothing is due for it before somebody draws on it. */
  forget(lease: Lease): void {
    lease.isActive = false;
    this.#active.delete(lease);
  }

  /** Something leased will not last. A server that does not answer is asked by ticks alone. */
  refill(): void {
    if (this.#fault === undefined) this.soon();
  }

  onTick(): void {
    const isSilent = this.#options.nowMs() - this.#toldAtMs >= beatMs;
    if ((isSilent && this.#generation !== '') || this.#isPressing()) this.#run();
  }

  /** Everything that is spare, and every charge. */
  async giveBack(): Promise<void> {
    await this.#running;
    this.#running = Promise.resolve();
    if (this.#generation === '') return;
    for (const lease of this.#active) {
      lease.near = true;
      lease.dirty ||= lease.free > 0;
    }
    do await this.#once(true);
    while (this.#fault === undefined && this.#due(1).some(({ dirty }) => dirty));
  }

  #run(): void {
    this.#running ??= this.#exchangeAll().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.soon();
    });
  }

  async #exchangeAll(): Promise<void> {
    do {
      await this.#once(false);
      // Those that came during it would put everything into the script's hands again, and keep the next ones waiting, for ever.
      this.#waiting = this.#waiting.filter((call) => !call.again());
    } while (
      this.#fault === undefined &&
      (this.#waiting.length > 0 || this.#due(maxCounters).length === maxCounters)
    );
  }

  #isPressing(): boolean {
    for (const lease of this.#active) if (lease.isPressing(this.#tick())) return true;
    return false;
  }

  #due(most: number): Lease[] {
    const due: Lease[] = [];
    for (const lease of this.#active) {
      if (!lease.isDue(this.#tick())) continue;
      due.push(lease);
      if (due.length >= most) break;
    }
    return due;
  }

  /** What was not told of in time may be another's by now: only what calls hold is, and is told once more. */
  #dropUnsure(): void {
    if (this.#hasLapsed || this.isLeaseSure()) return;
    this.#hasLapsed = true;
    for (const lease of this.#leases) if (lease.lapse()) this.touch(lease);
  }

  async #once(isLast: boolean): Promise<void> {
    this.#dropUnsure();
    const exchange: Exchange = { calls: this.#waiting.splice(0, maxCalls), asked: [] };
    const { nowMs, process, owner } = this.#options;
    const began = nowMs();
    try {
      const keys = [
        budgetKeys.used,
        budgetKeys.held,
        budgetKeys.leases,
        budgetKeys.owner(owner),
        budgetKeys.charged(process),
        budgetKeys.owners(process),
        budgetKeys.processes,
      ];
      const request = this.#requestOf(exchange, isLast);
      const args = [JSON.stringify(request)];
      const reply = await runScript(this.#options.connection, syncScript, keys, args, [unknownScript]);
      this.#take(exchange, reply, began, request.seq);
    } catch (error) {
      this.#fail(exchange, error as Error);
    }
  }

  #requestOf(exchange: Exchange, isLast: boolean): SyncRequest {
    const { owner, process, newGeneration, book } = this.#options;
    const places = new Map<Lease, number>();
    const ask = (lease: Lease, waiting: number) => {
      const asked = lease.ask(waiting, this.#tick(), (item: ReservationItem) => book.chargedTo(item));
      if (isLast) asked.counter.x = 0;
      exchange.asked.push(asked);
      places.set(lease, exchange.asked.length);
    };
    for (const [lease, waiting] of waitingFor(exchange.calls, this.#waiting)) ask(lease, waiting);
    // A server that did not answer is asked for a sign of life alone: leases stay here to be spent.
    const due = this.#fault === undefined ? this.#due(maxCounters) : [];
    for (const lease of due) if (!places.has(lease)) ask(lease, 0);
    const calls = exchange.calls.map(({ request, leases }): SyncCall => {
      const items = request.items.map((item, index): SyncCall['i'][number] => [
        places.get(leases[index]!)!,
        item.limit,
        item.fixed,
        item.perOutputToken,
        enforcement[item.enforce],
      ]);
      return { w: request.wantedOutput, m: request.minimumOutput, i: items };
    });
    return {
      generation: this.#generation,
      fresh: newGeneration(),
      settle: this.#options.settlingMs ?? settlingMs,
      owner,
      process,
      seq: ++this.#seq,
      acked: this.#acked,
      ttl: this.#options.leaseMs ?? leaseMs,
      counters: exchange.asked.map(({ counter }) => counter),
      calls,
    };
  }

  #take(exchange: Exchange, reply: Reply, began: number, seq: number): void {
    const [state, ...figures] = reply as [string, ...number[]];
    if (state === 'generation') {
      this.#begin(exchange, String(figures[0]));
      return;
    }
    if (state !== 'ok') throw new RateLimitUnavailable('redis: an exchange came late');
    if (!isAnswerTo(exchange, figures))
      throw new RateLimitUnavailable('redis: the answer is not that of the script');
    this.#fault = undefined;
    this.#toldAtMs = began;
    this.#acked = seq;
    this.#hasLapsed = false;
    let at = 0;
    for (const asked of exchange.asked) {
      const [used, others, spare] = [figures[at++]!, figures[at++]!, figures[at++]!];
      asked.lease.took(asked, used, others, spare, this.#tick());
      if (asked.lease.isQuiet) this.forget(asked.lease);
      // A call may have waited for it while the exchange before left it quiet.
      else this.touch(asked.lease);
    }
    const usedOf = new Map(exchange.asked.map(({ lease }, index) => [lease, figures[3 * index]!]));
    for (const call of exchange.calls) {
      const result = figures[at++]!;
      const readings = call.leases.map(
        (lease): Reading => ({ used: usedOf.get(lease)!, reserved: figures[at++]! }),
      );
      answer(call, result, readings, this.#tick());
    }
  }

  /** Another generation: the server's data is new, or was to this thread. All that it has is told, then calls go on. */
  #begin(exchange: Exchange, generation: string): void {
    this.#generation = generation;
    // The new one may know nothing of what the one before was told.
    this.#acked = 0;
    for (const asked of exchange.asked) asked.lease.lost(asked, false);
    for (const lease of this.#leases) {
      lease.dirty = true;
      this.touch(lease);
    }
    this.#waiting.unshift(...exchange.calls);
  }

  #fail(exchange: Exchange, error: Error): void {
    this.#fault =
      error instanceof RateLimitUnavailable
        ? error
        : new RateLimitUnavailable(error.message, { cause: error });
    const mayHaveRun = !(error instanceof RedisUnavailable) || error.mayHaveRun;
    for (const asked of exchange.asked) asked.lease.lost(asked, mayHaveRun);
    for (const { reject } of [...exchange.calls, ...this.#waiting.splice(0)]) reject(this.#fault);
  }
}
