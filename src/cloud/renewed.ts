/** A credential that is obtained once and again before it expires, beside the calls that use it. */
import { CredentialUnavailable } from '../core/cloud-auth.ts';

export interface Obtained<T> {
  value: T;
  /** Unix milliseconds; absent: it does not expire. */
  expiresAtMs?: number;
}

export interface RenewalClock {
  nowMs(): number;
  /** Returns what takes it back. */
  after(delayMs: number, run: () => void): () => void;
}

/** Providers give the same token again until about five minutes before its end. */
const aheadMs = 4.5 * 60_000;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** What a call may need on its way while the token is looked at there. */
const leastLeftMs = 5_000;
/** A resolution that hangs must not hang the calls that wait for it. */
const longestAttemptMs = 15_000;

export class RenewedCredential<T> {
  readonly #obtain: () => Promise<Obtained<T>>;
  readonly #clock: RenewalClock;
  #current: Obtained<T> | undefined;
  #failure = 'it was not resolved yet';
  #retryMs = firstRetryMs;
  #attempt: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(obtain: () => Promise<Obtained<T>>, clock: RenewalClock) {
    this.#obtain = obtain;
    this.#clock = clock;
    this.#renew();
  }

  /** Waits for an attempt that is under way where there is nothing to use. Rejects with `CredentialUnavailable`. */
  async value(): Promise<T> {
    if (this.#usable === undefined) await this.#attempt;
    const usable = this.#usable;
    if (usable !== undefined) return usable.value;
    throw new CredentialUnavailable(
      this.#current === undefined ? this.#failure : `expired: ${this.#failure}`,
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  get #usable(): Obtained<T> | undefined {
    const expiresAtMs = this.#current?.expiresAtMs ?? Number.POSITIVE_INFINITY;
    return expiresAtMs - leastLeftMs > this.#clock.nowMs() ? this.#current : undefined;
  }

  #renew(): void {
    this.#attempt = this.#try().finally(() => {
      this.#attempt = undefined;
    });
  }

  async #try(): Promise<void> {
    try {
      const obtained = await this.#withinTime(this.#obtain());
      this.#current = obtained;
      this.#failure = 'it could not be renewed in time';
      this.#retryMs = firstRetryMs;
      if (obtained.expiresAtMs !== undefined)
        this.#later(waitFor(obtained.expiresAtMs - this.#clock.nowMs()));
    } catch (error) {
      // Only the first line: libraries append what they sent and got.
      const message = error instanceof Error ? error.message : String(error);
      this.#failure = message.split('\n', 1)[0]!.slice(0, 300);
      this.#later(this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
    }
  }

  #withinTime(attempt: Promise<Obtained<T>>): Promise<Obtained<T>> {
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(longestAttemptMs, () => reject(new Error('nobody answered in time')));
      attempt.then(resolve, reject).finally(stop);
    });
  }

  #later(delayMs: number): void {
    if (!this.#stopped) this.#cancel = this.#clock.after(delayMs, () => this.#renew());
  }
}

/** Short-lived ones are renewed at half of their time. */
function waitFor(leftMs: number): number {
  return leftMs > 2 * aheadMs ? leftMs - aheadMs : Math.max(leftMs / 2, leastLeftMs);
}
