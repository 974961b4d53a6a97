/** When each webhook last took something, and when and why it last did not: kept in a file, so that a restart forgets neither. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Delivered, Failed } from '../storage/webhooks.ts';

export interface Deliveries {
  lastDelivered?: Delivered;
  lastFailed?: Failed;
}

export class DeliveryLog {
  readonly #path: string;
  readonly #of: Map<string, Deliveries>;
  /** Faults of this process: each is news once, until it works again. */
  readonly #failing = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
    this.#of = new Map(Object.entries(read(path)));
  }

  /** `id`: `namespace/name`. */
  find(id: string): Deliveries {
    return this.#of.get(id) ?? {};
  }

  /** `fault` absent: it was taken. Returns whether that is news: the same fault again is not. */
  enter(id: string, what: Delivered, fault: string | undefined): boolean {
    const before = this.find(id);
    if (fault === undefined) this.#of.set(id, { ...before, lastDelivered: what });
    else this.#of.set(id, { ...before, lastFailed: { ...what, fault } });
    const isNews = fault === undefined || this.#failing.get(id) !== fault;
    if (fault === undefined) this.#failing.delete(id);
    else this.#failing.set(id, fault);
    if (isNews) this.#keep();
    return isNews;
  }

  #keep(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#of)), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** What cannot be read is begun anew: nothing depends on it. */
function read(path: string): Record<string, Deliveries> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Deliveries>;
  } catch {
    return {};
  }
}
