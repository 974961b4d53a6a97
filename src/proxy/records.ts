/** Hands finished requests' records on in batches: the other thread is woken a few times a second, not per request. */
import type { RequestRecord } from '../core/record.ts';

const maxBatch = 128;
const maxDelayMs = 25;

export class RecordBatches {
  #batch: RequestRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #deliver: (records: RequestRecord[]) => void;

  constructor(deliver: (records: RequestRecord[]) => void) {
    this.#deliver = deliver;
  }

  add(record: RequestRecord): void {
    this.#batch.push(record);
    if (this.#batch.length >= maxBatch) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), maxDelayMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#deliver(batch);
  }
}
