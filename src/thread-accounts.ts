/** What a data path thread reserves and settles with: this machine's accounts, or its part of those that processes share. */
import { randomUUID } from 'node:crypto';
import { redisSettings } from './redis-settings.ts';
import type { Accounts } from './storage/accounts.ts';
import { attachSharedAccounts } from './storage/memory/shared-accounts.ts';
import type { CounterHandle } from './storage/memory/shared-counters.ts';
import { ownerName } from './storage/redis/budget-agent.ts';
import { openLeasedAccounts } from './storage/redis/leased-accounts.ts';
import { SlotConnection } from './storage/redis/slot-connection.ts';

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
  handle: CounterHandle,
  thread: string,
  member: SharedBudgetsMember | undefined,
): Accounts & { close(): void | Promise<void> } {
  const local = attachSharedAccounts(handle, thread);
  const settings = redisSettings(env);
  if (settings === undefined || member === undefined) return local;
  const nowMs = () => performance.now();
  const leased = openLeasedAccounts({
    connection: new SlotConnection({ ...settings, maxBackoffMs, nowMs }),
    book: local,
    process: member.process,
    owner: ownerName(member.process, member.run, thread),
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
