/** What the conformance suites of the ledger share. */
import type { RequestRecord } from '../core/record.ts';
import { startMs } from './ledger.fixture.ts';
import type { LedgerStore } from './ledger.ts';

export interface LedgerUnderTest {
  ledger: LedgerStore;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<LedgerStore>;
  close(): Promise<void>;
}

export type WithLedger = (run: (under: LedgerUnderTest) => Promise<void>) => () => Promise<void>;

export const withLedgerOf =
  (open: () => Promise<LedgerUnderTest>): WithLedger =>
  (run) =>
  async () => {
    const under = await open();
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

export const keyOf = (user: string, team: string) => ({
  id: `VirtualKey/ns/${user}`,
  user,
  metadata: {},
  labels: { team, 'cost.centre': `cc-${team}` },
});

export const numbersOf = (records: readonly RequestRecord[]) => records.map(({ id }) => Number(id.slice(-6)));

export const startDay = { windowStart: startMs / 1000, windowSeconds: 86_400 };
