/** Everything a data path thread counts, over one journal: a call's rate limits and its ledger entry are one write. */
import type { ChargeBook, LocalAccounts } from '../accounts.ts';
import type { LocalCounterStore } from '../counters.ts';
import { CounterJournal } from './counter-journal.ts';
import { CounterTable } from './counter-table.ts';
import { accountsOver } from './shared-accounts.ts';
import { type CounterHandle, countersOver } from './shared-counters.ts';

export interface ThreadStores {
  counters: LocalCounterStore;
  accounts: LocalAccounts & ChargeBook & { close(): void };
}

/** `thread` names the journal: letters, digits and dashes. */
export function attachThreadStores(
  handle: CounterHandle,
  thread: string,
  nowSeconds: () => number,
): ThreadStores {
  const table = new CounterTable(handle.buffer);
  const journal = new CounterJournal(handle.directory, thread);
  return { counters: countersOver(table, journal, nowSeconds), accounts: accountsOver(table, journal) };
}
