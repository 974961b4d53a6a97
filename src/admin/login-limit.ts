/** Guessing of virtual keys is slowed down: so many failures of one address in a minute, then none is looked up. */
const windowMs = 60_000;
const maxFailures = 10;
/** Addresses remembered at most; beyond that the oldest window is forgotten. */
const maxAddresses = 1_000;

export class LoginLimit {
  readonly #nowMs: () => number;
  readonly #failures = new Map<string, { sinceMs: number; count: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Seconds to wait; 0 when the address may try. */
  waitSeconds(address: string): number {
    const found = this.#failures.get(address);
    if (found === undefined || found.count < maxFailures) return 0;
    return Math.max(0, Math.ceil((found.sinceMs + windowMs - this.#nowMs()) / 1000));
  }

  failed(address: string): void {
    const now = this.#nowMs();
    const found = this.#failures.get(address);
    if (found !== undefined && now - found.sinceMs < windowMs) found.count += 1;
    else {
      this.#failures.delete(address);
      if (this.#failures.size >= maxAddresses) this.#failures.delete(this.#failures.keys().next().value!);
      this.#failures.set(address, { sinceMs: now, count: 1 });
    }
  }

  /** Takes one failure back: of a login that was counted before it was known to be right. */
  succeeded(address: string): void {
    const found = this.#failures.get(address);
    if (found !== undefined) found.count -= 1;
  }
}
