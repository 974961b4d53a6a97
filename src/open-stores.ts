/** The embedded stores of `tollgate up`: counters in shared memory, the ledger fed from their journals. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { AuditLog, NewAuditEntry } from './storage/audit-log.ts';
import { LedgerFollower } from './storage/memory/ledger-follower.ts';
import { openSharedCounters, type SharedCounters } from './storage/memory/shared-counters.ts';
import { openSqliteAuditLog } from './storage/sqlite/audit-log.ts';
import { openCounterDump } from './storage/sqlite/counter-dump.ts';
import { type LocalLedgerStore, openSqliteLedger } from './storage/sqlite/ledger.ts';

export interface Stores {
  counters: SharedCounters;
  ledger: LocalLedgerStore;
  auditLog: AuditLog;
  /** Whatever was settled before is in the ledger when it resolves. */
  enterAll: () => Promise<void>;
  /** For how long the ledger may not have everything: well below a second unless it can not be written. */
  ledgerLagSeconds: () => number;
}

const checkpointMs = 5_000;
/** How long a call may be missing from reports. */
const followMs = 250;

export async function openStores(
  dataDir: string,
  nowSeconds: () => number,
  log: { error(fields: object, message: string): void },
  stack: ShutdownStack,
): Promise<Stores> {
  const directory = join(dataDir, 'counters');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ledger = openSqliteLedger(join(dataDir, 'ledger.db'));
  stack.add(() => ledger.close());
  const follower = await LedgerFollower.open(directory, ledger);
  const enterAll = async () => {
    // One may be under way already, and past the files that were written last.
    await follower.read();
    await follower.read();
  };
  let enteredAt = performance.now();
  const following = setInterval(() => {
    const began = performance.now();
    follower.read().then(
      () => {
        enteredAt = began;
      },
      // What could not be entered stays in its journal and is read again.
      (error) => log.error({ error: String(error) }, 'the ledger cannot be written'),
    );
  }, followMs);
  stack.add(async () => {
    clearInterval(following);
    await enterAll();
  });
  const counters = openSharedCounters({
    directory,
    dump: openCounterDump(join(directory, 'counters.db')),
    nowSeconds,
    isConsumed: (name, size) => follower.isConsumed(name, size),
  });
  const checkpoints = setInterval(() => counters.checkpoint(), checkpointMs);
  stack.add(() => {
    clearInterval(checkpoints);
    counters.close();
  });
  const auditLog = openSqliteAuditLog(join(dataDir, 'audit.db'));
  stack.add(() => auditLog.close());
  const ledgerLagSeconds = () => (performance.now() - enteredAt) / 1_000;
  return { counters, ledger, auditLog, enterAll, ledgerLagSeconds };
}

/** Never throws: the change is made already, and that it is missing from the log must not stay unseen. */
export function auditTo(
  auditLog: AuditLog,
  log: { error(fields: object, message: string): void },
): (entries: readonly NewAuditEntry[]) => void {
  return (entries) => {
    try {
      auditLog.append(entries);
    } catch (error) {
      const objects = entries.map(({ action, object }) => `${action} ${object}`);
      log.error({ error: String(error), objects }, 'changes are missing from the audit log');
    }
  };
}
