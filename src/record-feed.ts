/** Finished calls, for whoever listens in this process. */
import type { RequestRecord } from './core/record.ts';

export class RecordFeed {
  readonly #listeners = new Set<(record: RequestRecord) => void>();

  publish(record: RequestRecord): void {
    for (const listener of this.#listeners) listener(record);
  }

  /** Returns the unsubscribe function. */
  subscribe(listener: (record: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
