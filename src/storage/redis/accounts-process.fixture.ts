/** One machine's part of shared accounts, as a gateway process has it: its own counters and journal, an agent, one thread. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { attachSharedAccounts } from '../memory/shared-accounts.ts';
import { openSharedCounters, type SharedCounters } from '../memory/shared-counters.ts';
import { openCounterDump } from '../sqlite/counter-dump.ts';
import { BudgetAgent, ownerName } from './budget-agent.ts';
import { openBudgetConnection } from './budget-connection.ts';
import { RedisUnavailable } from './connection.ts';
import { type LeasedAccounts, openLeasedAccounts } from './leased-accounts.ts';

export interface TestProcess {
  accounts: LeasedAccounts;
  agent: BudgetAgent;
  counters: SharedCounters;
  warnings: Record<string, unknown>[];
  /** As `kill -9`: nobody is told. */
  crash(): void;
  close(): Promise<void>;
}

export interface TestProcessOptions {
  url: string;
  /** Names the machine too. */
  directory: string;
  /** PEM of the authority of a `rediss` server. */
  ca?: string;
  leaseMs?: number;
  settlingMs?: number;
  timeoutMs?: number;
  /** How long a process is absent until what it had leased comes back. */
  returnMs?: number;
  /** Steady clock of the process. */
  nowMs?(): number;
  /** While it is cut, the server is out of reach; else each command takes so much longer. */
  cut?: { isCut: boolean; delayMs?: number };
}

/** Time stands at 100,000 s, but leases end by the server's clock. */
export async function openTestProcess(options: TestProcessOptions): Promise<TestProcess> {
  const { url, directory, leaseMs = 30_000, settlingMs = 0, timeoutMs = 2_000, returnMs } = options;
  const nowMs = options.nowMs ?? (() => performance.now());
  const nowSeconds = () => 100_000;
  mkdirSync(directory, { recursive: true });
  const dump = openCounterDump(join(directory, 'counters.db'));
  const counters = openSharedCounters({
    directory,
    nowSeconds,
    dump,
    capacity: 4_096,
    isConsumed: () => false,
  });
  const connect = () => {
    const steadyMs = () => performance.now();
    const { ca } = options;
    const how = { url, timeoutMs, nowMs: steadyMs, maxBackoffMs: 50, ...(ca !== undefined && { ca }) };
    const connection = openBudgetConnection(how);
    const send = async (command: readonly string[]) => {
      if (options.cut?.isCut) throw new RedisUnavailable('redis: cut off');
      if (options.cut?.delayMs) await delay(options.cut.delayMs);
      return connection.send(command);
    };
    return { send, close: () => connection.close() };
  };
  const run = randomUUID();
  const warnings: Record<string, unknown>[] = [];
  const log = { warn: (fields: object, message: string) => void warnings.push({ ...fields, message }) };
  const common = { process: directory, newGeneration: randomUUID, settlingMs };
  const agentConnection = connect();
  const agent = new BudgetAgent({
    ...common,
    connection: agentConnection,
    run,
    counters: counters.store,
    nowSeconds,
    nowMs,
    ...(returnMs !== undefined && { returnMs }),
    log,
  });
  await agent.beat();
  const connection = connect();
  const book = attachSharedAccounts(counters.handle, 'one');
  const owner = ownerName(directory, run, 'one');
  const accounts = openLeasedAccounts({ ...common, connection, book, owner, leaseMs, nowMs });
  let isClosed = false;
  return {
    accounts,
    agent,
    counters,
    warnings,
    crash: () => {
      connection.close();
      agentConnection.close();
      void accounts.close();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await accounts.close();
      await agent.close();
      counters.close();
    },
  };
}
