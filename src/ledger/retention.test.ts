import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { openSqliteLedger } from '../storage/sqlite/ledger.ts';
import { dropOldCalls } from './retention.ts';

test('calls older than the days to keep go, in steps; an aborted run stops and the next goes on', async (t) => {
  const ledger = openSqliteLedger(':memory:');
  t.after(() => ledger.close());
  ledger.append(
    Array.from({ length: 3_500 }, (_, n) => ledgerRecord(n)),
    [],
  );
  const stop = new AbortController();
  const prune: typeof ledger.prune = (...given) => {
    stop.abort();
    return ledger.prune(...given);
  };
  const now = startMs + 2 * 86_400_000 + 2_500 * 60_000;
  assert.equal(await dropOldCalls({ prune }, 2, now, stop.signal), 1_000);
  assert.equal(await dropOldCalls(ledger, 2, now), 1_500);
  assert.equal(await dropOldCalls(ledger, 2, now), 0);
  const { records } = ledger.search({}, { limit: 5_000 });
  assert.deepEqual([records.length, records.at(-1)!.startedAtMs], [1_000, startMs + 2_500 * 60_000]);
});
