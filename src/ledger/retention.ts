/** Calls older than the operator wants to keep leave the ledger, a few at a time: reports and the API stay quick meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContentStore } from '../storage/content.ts';

const dayMs = 86_400_000;
/** Some 10 ms of work in SQLite. */
const atOnce = 1_000;

/** Resolves to how many were deleted. Ends early once `signal` is aborted; the next run goes on. */
export async function dropOldCalls(
  ledger: Pick<ContentStore, 'prune'>,
  keepDays: number,
  nowMs: number,
  signal?: AbortSignal,
): Promise<number> {
  let dropped = 0;
  for (let found = atOnce; found === atOnce && !signal?.aborted; await nextTurn()) {
    found = await ledger.prune(nowMs - keepDays * dayMs, atOnce);
    dropped += found;
  }
  return dropped;
}
