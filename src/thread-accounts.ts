/** What a data path thread reserves and settles with: this machine's accounts, or its part of those that processes share. */
import { randomUUID } from 'node:crypto';
import { settlingWith } from './core/budget/lease-time.ts';
import { leaseMs, redisSettings } from './redis-settings.ts';
import type { Accounts } from './storage/accounts.ts';
import type { ThreadStores } from './storage/memory/thread-stores.ts';
import { ownerName } from './storage/redis/budget-agent.ts';
import { openBudgetConnection } from './storage/redis/budget-connection.ts';
import { openLeasedAccounts } from './storage/redis/leased-accounts.ts';

/** Names a process among those that share budgets; see `openBudgets`. */
export interface SharedBudgetsMember {
  /** Kept with the journals: what they say was charged is this member's. */
  process: string;
  /** Of this start. */
  run: string;
}

/** Once a second every process must show itself, so no attempt to connect waits longer. */
export const maxBackoffMs = 500;

export function openThreadAccounts(
  env: NodeJS.ProcessEnv,
  local: ThreadStores['accounts'],
  thread: string,
  member: SharedBudgetsMember | undefined,
): Accounts & { close(): void | Promise<void> } {
  const settings = redisSettings(env);
  if (settings === undefined || member === undefined) return local;
  const nowMs = () => performance.now();
  const leased = openLeasedAccounts({
    connection: openBudgetConnection({ ...settings, maxBackoffMs, nowMs }),
    book: local,
    process: member.process,
    owner: ownerName(member.process, member.run, thread),
    leaseMs: leaseMs(env),
    settlingMs: settlingWith(settings.timeoutMs),
    nowMs,
    newGeneration: randomUUID,
  });
  return {
    reserve: (request) => leased.reserve(request),
    settle: (charges, entry) => leased.settle(charges, entry),
    close: async () => {
      await leased.close();
      local.close();
    },
  };
}
