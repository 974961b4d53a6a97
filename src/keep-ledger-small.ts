/** Composition of the ledger's retention, only where an operator set how long calls are kept. */
import { retentionOf } from './core/config/retention.ts';
import { RetentionKeeper } from './ledger/retention-keeper.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { LedgerStore } from './storage/ledger.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { Retention } from './storage/retention.ts';

interface Parts {
  ledger: LedgerStore;
  /** Must have started: what it does not know yet is not heeded. */
  source: Pick<ResourceSource, 'list'>;
  options: { ledgerDays?: number };
  log: Record<'error' | 'info', (fields: object, message: string) => void>;
  stack: ShutdownStack;
}

export function keepLedgerSmall({ ledger, source, options, log, stack }: Parts): Retention {
  const setting = () => retentionOf(options.ledgerDays, source.list('', 'ConfigMap'));
  const keeper = new RetentionKeeper({ ledger, setting, nowMs: Date.now, log });
  stack.add(() => keeper.stop());
  return keeper;
}
