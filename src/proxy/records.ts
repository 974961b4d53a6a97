/**
 * Hands finished requests' records on in batches: the other thread is woken a few times a second, not per request. As text: a
 * call's record was encoded for the ledger already, and a string crosses to another thread at the cost of its bytes.
 */
import type { RequestRecord } from '../core/record.ts';

const maxBatch = 128;
const maxDelayMs = 25;

export class RecordBatches {
  #batch: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #deliver: (records: string) => void;

  /** `deliver` is given a JSON array of `RequestRecord`s. */
  constructor(deliver: (records: string) => void) {
    this.#deliver = deliver;
  }

  /** `entry` is the record as it went into the ledger, when it did. */
  add(record: RequestRecord, entry: string | undefined): void {
    this.#batch.push(entry === undefined ? JSON.stringify(record) : withEnd(entry, record));
    if (this.#batch.length >= maxBatch) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), maxDelayMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    const batch = `[${this.#batch.join(',')}]`;
    this.#batch = [];
    this.#deliver(batch);
  }
}

/** What is only known when the answer is delivered, said again at the end: of a name that comes twice the last one holds (RFC 8259, 4). */
function withEnd(entry: string, record: RequestRecord): string {
  const { durationMs, responseBytes, status, reason, error, decisions, attempts, trace } = record;
  const end = `,"durationMs":${durationMs},"responseBytes":${responseBytes},"status":${status}`;
  const told = reason === undefined && error === undefined && decisions.length === 0;
  const rest = told ? '' : `,${JSON.stringify({ reason, error, decisions }).slice(1, -1)}`;
  // The last of them ended after the entry was written.
  const tried = attempts === undefined ? '' : `,"attempts":${JSON.stringify(attempts)}`;
  const added = trace?.attributes !== undefined || trace?.hidden === true;
  const traced = added ? `,"trace":${JSON.stringify(trace)}` : '';
  return `${entry.slice(0, -1)}${end}${rest}${tried}${traced}}`;
}
