/**
 * What keeps a budget that is nearly spent from sending its refused calls to the provider's counter: what was counted is known, what did
 * not help is not tried again soon, and a counter that does not answer is left alone for a while.
 */

/** Of a call that was refused: whose counter, what is left there, and how small its input may be. */
export interface CountNeed {
  counter: string;
  left: number;
  least: number;
}

interface InVain extends CountNeed {
  untilMs: number;
  /** Doubled each time. */
  pauseMs: number;
}

const mostEntries = 1_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export class CountMemory {
  readonly #known = new Map<string, number>();
  readonly #inVain = new Map<string, InVain>();
  readonly #silent = new Map<string, number>();

  /** `question`: names what is counted, and by whom. */
  known(question: string): number | undefined {
    return this.#known.get(question);
  }

  learn(question: string, tokens: number): void {
    put(this.#known, question, tokens);
  }

  /** A call that is not smaller than one that did not fit, where no more is left than then. */
  isInVain({ counter, left, least }: CountNeed, nowMs: number): boolean {
    const last = this.#inVain.get(counter);
    return last !== undefined && nowMs < last.untilMs && left <= last.left && least >= last.least;
  }

  inVain(need: CountNeed, nowMs: number): void {
    const last = this.#inVain.get(need.counter);
    const again = last !== undefined && need.left <= last.left;
    const pauseMs = again ? Math.min(longestPauseMs, last.pauseMs * 2) : firstPauseMs;
    put(this.#inVain, need.counter, { ...need, pauseMs, untilMs: nowMs + pauseMs });
  }

  isSilent(counter: string, nowMs: number): boolean {
    return nowMs < (this.#silent.get(counter) ?? 0);
  }

  silence(counter: string, untilMs: number): void {
    put(this.#silent, counter, untilMs);
  }
}

/** The oldest entry makes room. */
function put<Value>(entries: Map<string, Value>, name: string, value: Value): void {
  entries.delete(name);
  entries.set(name, value);
  if (entries.size > mostEntries) entries.delete(entries.keys().next().value!);
}
