/** The way to the server that counts budgets: all their keys are on one, whatever the topology. */
import { budgetKeys } from './budget-keys.ts';
import type { RedisClientOptions, RedisSender } from './client.ts';
import { openRedisClient } from './open-client.ts';

export interface BudgetConnection extends RedisSender {
  close(): void;
}

export function openBudgetConnection(options: RedisClientOptions): BudgetConnection {
  const client = openRedisClient(options);
  return { send: (command) => client.send(command, budgetKeys.used), close: () => client.close() };
}
