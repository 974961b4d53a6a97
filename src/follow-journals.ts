/** Composition of the ledger's feeding: whatever was settled is entered a few times a second, and again until it is entered. */
import type { ShutdownStack } from './shutdown-stack.ts';
import type { LedgerFollower } from './storage/memory/ledger-follower.ts';

/** How long a call may be missing from reports. */
const everyMs = 250;

type Log = Record<'info' | 'error', (fields: object, message: string) => void>;

export interface FollowedJournals {
  /** Enters all that was settled before the call. */
  enterAll: () => Promise<void>;
  /** For how long the ledger may not have everything. */
  lagSeconds: () => number;
}

export function followJournals(follower: LedgerFollower, log: Log, stack: ShutdownStack): FollowedJournals {
  const enterAll = async () => {
    // One may be under way already, and past the files that were written last.
    await follower.read();
    await follower.read();
  };
  let failing = false;
  let enteredAt = performance.now();
  const read = () => {
    const began = performance.now();
    return follower.read().then(
      () => {
        enteredAt = began;
        if (failing) log.info({}, 'the ledger is written again, with all that waited');
        failing = false;
      },
      (error) => {
        // What could not be entered stays in its journal and is read again.
        if (!failing)
          log.error({ error: String(error) }, 'the ledger cannot be written: calls wait in their journals');
        failing = true;
      },
    );
  };
  const following = setInterval(read, everyMs);
  stack.add(async () => {
    clearInterval(following);
    await enterAll().catch((error) =>
      log.error({ error: String(error) }, 'the last calls are entered at the next start'),
    );
  });
  return { enterAll, lagSeconds: () => (performance.now() - enteredAt) / 1_000 };
}
