/** The tries of one plain HTTP call: to which of the backend's addresses, and whether there is another. */
import { pauseBefore } from '../core/resilience/retry.ts';
import { retryAfterMs } from '../core/resilience/retry-after.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { HttpRoute } from './http-route.ts';
import type { LinkedRetry } from './linked-snapshot.ts';
import { remainingMs } from './llm-route.ts';
import { type Failure, mayBeRetried, retryFor, takeRetry } from './retry-rules.ts';

export class HttpTries {
  readonly #call: Call;
  readonly #route: HttpRoute;
  readonly #deps: DataPathDependencies;
  readonly #retry: LinkedRetry | undefined;
  #made = 0;
  #last: string | undefined;

  constructor(call: Call, route: HttpRoute, deps: DataPathDependencies) {
    this.#call = call;
    this.#route = route;
    this.#deps = deps;
    const { retry } = call.snapshot.rule(route.rule);
    this.#retry = retryFor(call, retry, route.key, deps);
  }

  /** One at random, where there is a choice not the one that has just failed. */
  nextOrigin(): string {
    const { origins } = this.#route.backend;
    const others = origins.length > 1 ? origins.filter((origin) => origin !== this.#last) : origins;
    this.#last = others[Math.floor(this.#deps.random() * others.length)]!;
    return this.#last;
  }

  /** Milliseconds to wait for another try; undefined: the failure stands. */
  pauseAfter(failure: Failure): number | undefined {
    const [call, retry] = [this.#call, this.#retry];
    if (retry === undefined || !mayBeRetried(call, failure, retry)) return undefined;
    const nowMs = this.#deps.nowMs();
    const pause = pauseBefore(
      {
        made: this.#made,
        sameProvider: this.#route.backend.origins.length === 1,
        retryAfterMs: retryAfterMs(failure.headers, nowMs),
        remainingMs: remainingMs(call, this.#route, nowMs),
        random: this.#deps.random(),
      },
      retry.policy,
    );
    if (pause === undefined || !takeRetry(call, this.#route.key, this.#deps)) return undefined;
    this.#made++;
    call.context.decisions.push(`retry ${this.#made}: after ${failure.status ?? 'no answer'}`);
    return pause;
  }
}
