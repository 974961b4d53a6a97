/** Where budgets are counted: on this machine, or in a Redis or Valkey together with other gateways (`TOLLGATE_REDIS_URL`). */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heldPrefix, usedPrefix } from './core/budget/counter-keys.ts';
import { settlingWith } from './core/budget/lease-time.ts';
import { leaseReturnMs, redisSettings } from './redis-settings.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { Holds } from './storage/accounts.ts';
import type { AlertClaims } from './storage/alert-claims.ts';
import type { CounterStore } from './storage/counters.ts';
import type { SharedCounters } from './storage/memory/shared-counters.ts';
import { BudgetAgent } from './storage/redis/budget-agent.ts';
import { openBudgetConnection } from './storage/redis/budget-connection.ts';
import { untilOpened } from './storage/redis/opened.ts';
import { SharedAlerts } from './storage/redis/shared-alerts.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';
import { maxBackoffMs, type SharedBudgetsMember } from './thread-accounts.ts';

export interface Budgets {
  /** How all budgets stand, and what rate limits counted here. */
  counters: CounterStore;
  /** For the data path's threads; absent when budgets are this machine's alone. */
  member?: SharedBudgetsMember;
  observe(metrics: Pick<GatewayMetrics, 'gauge'>): void;
  /** Who of several gateways tells an alert; absent as `member`. */
  claims?: AlertClaims;
  /** Until a call is not refused for want of counters that are only being put together: at once where they are this machine's. */
  opened(): Promise<void>;
  /** What is held here, and leased to others. */
  holds(here: Holds): Holds;
}

interface BudgetParts {
  nowSeconds(): number;
  log: { warn(fields: object, message: string): void };
  stack: ShutdownStack;
}

const beatMs = 1_000;
/** A server that starts together with its gateways is waited for; one that is away keeps no gateway from starting. */
const absentMs = 2_000;

export function openBudgets(
  env: NodeJS.ProcessEnv,
  local: SharedCounters,
  { nowSeconds, log, stack }: BudgetParts,
): Budgets {
  const settings = redisSettings(env);
  if (settings === undefined)
    return { counters: local.store, holds: (here) => here, observe: () => {}, opened: async () => {} };
  const member = { process: processName(local.handle.directory), run: randomUUID() };
  const nowMs = () => performance.now();
  const connection = openBudgetConnection({ ...settings, maxBackoffMs, nowMs });
  const agent = new BudgetAgent({
    ...member,
    connection,
    counters: local.store,
    nowSeconds,
    nowMs,
    returnMs: leaseReturnMs(env),
    settlingMs: settlingWith(settings.timeoutMs),
    newGeneration: randomUUID,
    log,
  });
  void agent.beat();
  const beats = setInterval(() => void agent.beat(), beatMs);
  stack.add(async () => {
    clearInterval(beats);
    await agent.close();
  });
  return {
    member,
    opened: () => untilOpened(agent, { absentMs, nowMs, log }),
    claims: new SharedAlerts(connection, nowSeconds),
    observe: (metrics) =>
      metrics.gauge(
        'tollgate_shared_budgets_reachable',
        '1 while the server that gateways share their budgets in answers.',
        async () => Number(agent.isReachable),
      ),
    counters: joined(local.store, agent),
    holds: (here) => ({
      list: async (budget) => [...(await here.list(budget)), ...(await agent.leases(budget))],
      release: (budget, id) => here.release(budget, id),
    }),
  };
}

const isBudget = (key: string) => key.startsWith(usedPrefix) || key.startsWith(heldPrefix);

/** Budgets as all processes see them, the rest from here. What this machine charged is never reset: others count on it. */
function joined(local: CounterStore, agent: BudgetAgent): CounterStore {
  return {
    add: (increments) => local.add(increments),
    list: async (prefix) => {
      const here = isBudget(prefix) ? [] : await local.list(prefix);
      return [...here.filter(({ key }) => !isBudget(key)), ...(await agent.list(prefix))];
    },
    reset: async (prefix) => {
      if (!isBudget(prefix)) return local.reset(prefix);
      return prefix.startsWith(usedPrefix) ? agent.reset(prefix) : 0;
    },
  };
}

/** Lives and goes with the journals. */
function processName(directory: string): string {
  const path = join(directory, 'member');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    const name = randomUUID();
    writeFileSync(path, `${name}\n`, { mode: 0o600 });
    return name;
  }
}
