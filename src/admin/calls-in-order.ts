/** The ledger from its oldest call to its newest, a little at a time: the gateway's other work goes on between pages. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestRecord } from '../core/record.ts';
import type { LedgerStore } from '../storage/ledger.ts';

/** Read and looked at within a few milliseconds. */
const pageSize = 100;
const firstSliceMs = 60_000;
const leastSliceMs = 1;

export interface Page {
  /** Oldest first. */
  records: readonly RequestRecord[];
  /** All calls that began before are done, Unix ms. */
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
      yield { records: all.reverse(), doneToMs: end };
      at = end;
      if (records.length < pageSize / 4) sliceMs *= 2;
    }
    await nextTurn();
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
