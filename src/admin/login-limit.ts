/**
 * Guessing is slowed down: so many failures of one address, or at one name, in a minute, then none is looked at. Gateways that share
 * rate limit counters count together; while those are away each counts what it sees itself.
 */
import { hash } from 'node:crypto';
import type { CounterStore } from '../storage/counters.ts';
import { Problem } from './problem.ts';

const windowSeconds = 60;
const windowMs = windowSeconds * 1_000;
const maxFailures = 10;
/** Addresses remembered at most; beyond that the oldest window is forgotten. */
const maxAddresses = 1_000;

interface Window {
  sinceMs: number;
  count: number;
}

export class LoginLimit {
  readonly #nowMs: () => number;
  readonly #shared: Pick<CounterStore, 'add'> | undefined;
  readonly #failures = new Map<string, Window>();

  /** `shared`: counted in with other gateways. */
  constructor(nowMs: () => number, shared?: Pick<CounterStore, 'add'>) {
    this.#nowMs = nowMs;
    this.#shared = shared;
  }

  /** Seconds to wait; 0 when `who` may try, as far as it is known here: asks nobody. */
  waitSeconds(who: string): number {
    const found = this.#failures.get(who);
    return found === undefined || found.count < maxFailures ? 0 : this.#secondsLeft(found);
  }

  /**
   * Counts a failure of each. Seconds to wait where it is one too many, also of other gateways': then it must not be told whether it
   * was a failure. Never rejects.
   */
  async failed(whos: readonly string[]): Promise<number> {
    // Its own turn among those that try at the same time.
    const counted = whos.map((who) => {
      const window = this.#count(who);
      return { window, turn: window.count };
    });
    const together = await this.#countShared(whos, 1);
    let wait = 0;
    for (const [at, { window, turn }] of counted.entries()) {
      const count = together[at] ?? 0;
      window.count = Math.max(window.count, count);
      if (Math.max(turn, count) > maxFailures) wait = Math.max(wait, this.#secondsLeft(window), 1);
    }
    return wait;
  }

  /** Takes one failure of each back: of a login that was counted before it was known to be right. Never rejects. */
  async succeeded(whos: readonly string[]): Promise<void> {
    for (const who of whos) {
      const found = this.#failures.get(who);
      if (found !== undefined) found.count -= 1;
    }
    await this.#countShared(whos, -1);
  }

  #secondsLeft({ sinceMs }: Window): number {
    return Math.max(0, Math.ceil((sinceMs + windowMs - this.#nowMs()) / 1000));
  }

  #count(who: string): Window {
    const now = this.#nowMs();
    const found = this.#failures.get(who);
    if (found !== undefined && now - found.sinceMs < windowMs) {
      found.count += 1;
      return found;
    }
    this.#failures.delete(who);
    if (this.#failures.size >= maxAddresses) this.#failures.delete(this.#failures.keys().next().value!);
    const begun = { sinceMs: now, count: 1 };
    this.#failures.set(who, begun);
    return begun;
  }

  /** Nothing where no other gateway counts, or its counters are away: what is counted here goes on. */
  async #countShared(whos: readonly string[], add: number): Promise<readonly number[]> {
    const windowStart = Math.floor(this.#nowMs() / windowMs) * windowSeconds;
    const increments = whos.map((who) => ({ key: sharedKey(who), windowStart, windowSeconds, add }));
    try {
      return (await this.#shared?.add(increments)) ?? [];
    } catch {
      return [];
    }
  }
}

/** Throws 429 unless it is 0. */
export function refuseFor(waitSeconds: number): void {
  if (waitSeconds === 0) return;
  const message = `too many failed logins: try again in ${waitSeconds} s`;
  throw new Problem(429, 'too_many_logins', message, undefined, { 'retry-after': String(waitSeconds) });
}

/** Addresses and names of people are not to be read there. */
function sharedKey(who: string): string {
  return `tollgate-logins_${hash('sha256', who)}_`;
}
