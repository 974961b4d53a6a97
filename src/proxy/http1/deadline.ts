/** One connection's next time limit. Set for each request and each piece of an answer, so setting it is a comparison, no new timer. */
const longestMs = 2_147_483_647;

export class Deadline {
  readonly #expired: () => void;
  /** By `performance.now`; 0: none. */
  #atMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #firesAtMs = 0;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** Zero: no limit. */
  set(ms: number): void {
    if (ms <= 0) {
      this.clear();
      return;
    }
    const nowMs = performance.now();
    this.#atMs = nowMs + Math.min(ms, longestMs);
    if (this.#timer === undefined || this.#firesAtMs > this.#atMs) this.#arm(nowMs);
  }

  clear(): void {
    this.#atMs = 0;
  }

  /** For good. */
  end(): void {
    this.#atMs = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(nowMs: number): void {
    clearTimeout(this.#timer);
    this.#firesAtMs = this.#atMs;
    this.#timer = setTimeout(this.#fire, Math.ceil(this.#atMs - nowMs)).unref();
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    if (this.#atMs === 0) return;
    const nowMs = performance.now();
    if (this.#atMs > nowMs) return void this.#arm(nowMs);
    this.#atMs = 0;
    this.#expired();
  };
}
