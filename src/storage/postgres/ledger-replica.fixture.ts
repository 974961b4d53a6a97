/** A gateway's journals, and the ledger in Postgres that they go to. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { ledgerRecord, startMs } from '../ledger.fixture.ts';
import type { LedgerStore } from '../ledger.ts';
import { CounterJournal } from '../memory/counter-journal.ts';
import { LedgerFollower } from '../memory/ledger-follower.ts';
import { PostgresConnection } from './connection.ts';
import { PostgresUnavailable } from './faults.ts';
import { openPostgresLedger } from './ledger.ts';
import { migratePostgresSchema } from './schema.ts';

export const quarter = { windowStart: startMs / 1000, windowSeconds: 90 * 86_400 };

export interface LedgerReplica {
  ledger: LedgerStore;
  follower: LedgerFollower;
  directory: string;
  connection: PostgresConnection;
  /** So many calls, each charged 1. */
  write(calls: number): void;
}

export async function ledgerReplica(
  t: TestContext,
  url: string,
  name: string,
  timeoutMs = 5_000,
): Promise<LedgerReplica> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-follow-'));
  const connection = new PostgresConnection({ url, timeoutMs });
  t.after(async () => {
    await connection.close();
    rmSync(directory, { recursive: true });
  });
  await persistently(() => migratePostgresSchema(connection));
  const ledger = await persistently(() => openPostgresLedger({ connection, replica: name }));
  const journal = new CounterJournal(directory, 'worker-1');
  let written = 0;
  const write = (calls: number) => {
    for (let n = 0; n < calls; n++) {
      const charge = { budget: 'ns/daily', group: '', unit: 'tokens' as const, used: 1, ...quarter };
      const record = ledgerRecord(written, { id: `${name}-${written++}`, budgets: [charge] });
      journal.append(1, '', JSON.stringify(record));
    }
  };
  const follower = await persistently(() => LedgerFollower.open(directory, ledger));
  return { ledger, write, follower, directory, connection };
}

/** A busy machine may take longer than a short timeout allows: again until it is done. */
export async function persistently<T>(work: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PostgresUnavailable)) throw error;
    }
  }
}

/** How often it failed before all was entered. */
export async function untilRead(follower: LedgerFollower): Promise<number> {
  for (let failures = 0; ; failures++) {
    const fault: unknown = await follower.read().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (fault === undefined) return failures;
    assert.ok(fault instanceof PostgresUnavailable, inspect(fault));
  }
}

export async function counts(ledger: LedgerStore): Promise<{ calls: number; charged: number }> {
  const [total] = await ledger.usage({}, { groupBy: [] });
  const { sums } = await ledger.charged();
  return { calls: total?.requests ?? 0, charged: sums[0]?.used ?? 0 };
}

export const through = (url: string, { port }: { port: number }) => url.replace(/:\d+\//, `:${port}/`);
