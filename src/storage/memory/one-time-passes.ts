/** Passes in shared memory: each thread knows their hashes, one flag that all see says whether a pass was shown. */
import { hash } from 'node:crypto';
import type { PassDesk, Passes, PassTold } from '../passes.ts';

/** Long enough to open a connection to ourselves. */
const lifeMs = 10_000;
const prefix = 'tgpass_';

/** Of one data path thread. */
export class OneTimePasses implements Passes {
  readonly #nowMs: () => number;
  readonly #known = new Map<string, PassTold>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(pass: PassTold): void {
    for (const [sha256, { expiresAtMs, spent }] of this.#known)
      if (expiresAtMs <= this.#nowMs() || Atomics.load(new Int32Array(spent), 0) !== 0)
        this.#known.delete(sha256);
    this.#known.set(pass.sha256, pass);
  }

  take(sha256: string): string | undefined {
    if (this.#known.size === 0) return undefined;
    const pass = this.#known.get(sha256);
    if (pass === undefined) return undefined;
    this.#known.delete(sha256);
    if (pass.expiresAtMs <= this.#nowMs()) return undefined;
    return Atomics.exchange(new Int32Array(pass.spent), 0, 1) === 0 ? pass.key : undefined;
  }
}

/** `tell` resolves when every thread knows the pass. The value itself is kept nowhere. */
export function createPassDesk(options: {
  randomBytes(count: number): Uint8Array;
  nowMs(): number;
  tell(pass: PassTold): Promise<void>;
}): PassDesk {
  return {
    async issue(key) {
      const value = prefix + Buffer.from(options.randomBytes(32)).toString('base64url');
      const spent = new SharedArrayBuffer(4);
      await options.tell({
        sha256: hash('sha256', value),
        key,
        expiresAtMs: options.nowMs() + lifeMs,
        spent,
      });
      return { value, end: () => void Atomics.store(new Int32Array(spent), 0, 1) };
    },
  };
}
