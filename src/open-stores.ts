/** The stores of `tollgate up`: counters in shared memory; the ledger, fed from their journals, in SQLite or Postgres. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { followJournals } from './follow-journals.ts';
import { type AdminState, openAdminState } from './open-admin-state.ts';
import type { SharedPostgres } from './open-postgres.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { AuditLog, NewAuditEntry } from './storage/audit-log.ts';
import type { LedgerStore } from './storage/ledger.ts';
import { LedgerFollower } from './storage/memory/ledger-follower.ts';
import { openSharedCounters, type SharedCounters } from './storage/memory/shared-counters.ts';
import { openPostgresLedger } from './storage/postgres/ledger.ts';
import { openCounterDump } from './storage/sqlite/counter-dump.ts';
import { openSqliteLedger } from './storage/sqlite/ledger.ts';

export interface Stores extends AdminState {
  counters: SharedCounters;
  ledger: LedgerStore;
  /** Whatever was settled before is in the ledger when it resolves. */
  enterAll: () => Promise<void>;
  /** For how long the ledger may not have everything: well below a second unless it can not be written. */
  ledgerLagSeconds: () => number;
}

const checkpointMs = 5_000;

export async function openStores(
  dataDir: string,
  postgres: SharedPostgres | undefined,
  nowSeconds: () => number,
  log: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>,
  stack: ShutdownStack,
): Promise<Stores> {
  const directory = join(dataDir, 'counters');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ledger = await openLedger(join(dataDir, 'ledger.db'), postgres, nowSeconds);
  stack.add(() => ledger.close());
  const follower = await LedgerFollower.open(directory, ledger);
  const { enterAll, lagSeconds } = followJournals(follower, log, stack);
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
  const adminState = await openAdminState(dataDir, postgres, log, stack);
  return { counters, ledger, ...adminState, enterAll, ledgerLagSeconds: lagSeconds };
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

/** Counters that were charged before the first start with Postgres hold what only the file knows. */
function openLedger(
  path: string,
  postgres: SharedPostgres | undefined,
  nowSeconds: () => number,
): LedgerStore | Promise<LedgerStore> {
  if (postgres === undefined) return openSqliteLedger(path);
  return openPostgresLedger({ ...postgres, sinceMs: existsSync(path) ? nowSeconds() * 1000 : 0 });
}
