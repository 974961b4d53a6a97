/** The ledger from its oldest call to its newest, a little at a time: the gateway's other work goes on between pages. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestRecord } from '../core/record.ts';
import type { LedgerStore } from '../storage/ledger.ts';

/** Read within a few milliseconds. */
const pageSize = 100;
/** Calls are looked at for about so long before others have their turn, ms. */
const turnMs = 3;
const leastCalls = 5;
const firstSliceMs = 60_000;
const leastSliceMs = 1;

export interface Page {
  /** Oldest first; so many as the caller looks at in a few milliseconds. */
  records: readonly RequestRecord[];
  /** All calls that began before are done with this page, Unix ms. */
  doneToMs: number;
}

/**
 * The ledger gives the newest first, so time is cut into slices that fit a page; a slice is made longer or shorter as calls
 * are rare or many.
 */
export async function* callsInOrder(
  ledger: Pick<LedgerStore, 'search'>,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Page> {
  const turns = new Turns();
  let sliceMs = firstSliceMs;
  let at = fromMs;
  while (at < toMs) {
    const end = Math.min(toMs, at + sliceMs);
    const slice = { fromMs: at, toMs: end };
    const { records, next } = await ledger.search(slice, { limit: pageSize });
    if (next !== undefined && end - at > leastSliceMs) {
      sliceMs = Math.max(leastSliceMs, Math.floor((end - at) / 4));
    } else {
      const all = next === undefined ? records : await wholeSlice(ledger, slice, records, next);
      yield* turns.pagesOf(all.reverse(), at, end);
      at = end;
      if (records.length < pageSize / 4) sliceMs *= 2;
    }
    await nextTurn();
  }
}

/** Pages that are longer or shorter as looking at the one before took little or much time. */
class Turns {
  #calls = leastCalls;

  async *pagesOf(all: readonly RequestRecord[], fromMs: number, toMs: number): AsyncGenerator<Page> {
    let at = 0;
    do {
      await nextTurn();
      const records = all.slice(at, at + this.#calls);
      at += this.#calls;
      const began = performance.now();
      yield { records, doneToMs: at < all.length ? fromMs : toMs };
      const tookMs = performance.now() - began;
      if (tookMs > turnMs) this.#calls = Math.max(leastCalls, this.#calls >> 1);
      else if (tookMs < turnMs / 3 && records.length === this.#calls)
        this.#calls = Math.min(pageSize, this.#calls * 2);
    } while (at < all.length);
  }
}

/** More than a page in a millisecond. */
async function wholeSlice(
  ledger: Pick<LedgerStore, 'search'>,
  slice: { fromMs: number; toMs: number },
  first: readonly RequestRecord[],
  next: string,
): Promise<RequestRecord[]> {
  const all = [...first];
  let before: string | undefined = next;
  while (before !== undefined) {
    await nextTurn();
    const page = await ledger.search(slice, { limit: pageSize, before });
    all.push(...page.records);
    before = page.next;
  }
  return all;
}
