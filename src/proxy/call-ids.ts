/** Names of calls: sort by time, never repeat between threads or restarts. `mi9x2k40-7f3a-1c`. */
export class CallIds {
  readonly #thread: string;
  #count = 0;

  /** `random` is in [0, 1). */
  constructor(random: number) {
    this.#thread = Math.floor(random * 36 ** 5)
      .toString(36)
      .padStart(5, '0');
  }

  next(nowMs: number): string {
    this.#count++;
    return `${Math.floor(nowMs).toString(36)}-${this.#thread}-${this.#count.toString(36)}`;
  }
}
