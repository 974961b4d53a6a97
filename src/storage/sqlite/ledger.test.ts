import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { RequestRecord } from '../../core/record.ts';
import { ledgerRecord, startMs } from '../ledger.fixture.ts';
import { openSqliteLedger } from './ledger.ts';

function openIn(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));
  const path = join(directory, 'ledger.db');
  const ledger = openSqliteLedger(path);
  t.after(() => {
    ledger.close();
    rmSync(directory, { recursive: true });
  });
  return { ledger, path };
}

const key = (user: string, team: string) => ({
  id: `VirtualKey/ns/${user}`,
  user,
  metadata: {},
  labels: { team, 'cost.centre': `cc-${team}` },
});

test('a record is kept whole, once; positions are replaced with it', (t) => {
  const { ledger } = openIn(t);
  const record = ledgerRecord(1);
  ledger.append([record], [{ file: 'a', offset: 10 }]);
  ledger.append([record, ledgerRecord(2)], [{ file: 'b', offset: 5 }]);
  assert.deepEqual(ledger.get(record.id), record);
  assert.equal(ledger.search({}, { limit: 10 }).records.length, 2);
  assert.deepEqual(
    [...ledger.positions()].map((p) => ({ ...p })),
    [{ file: 'b', offset: 5 }],
  );
});

test('search: newest first, page by page, every filter', (t) => {
  const { ledger } = openIn(t);
  const refused = { status: 429, reason: 'Budget', error: 'budget ns/daily: 50% left_over' };
  const records = [
    ledgerRecord(1),
    ledgerRecord(2, { key: key('anna', 'finance') }),
    ledgerRecord(3, { ...refused, route: 'ns/other' }),
    ledgerRecord(4, { status: 502, reason: 'Upstream' }),
  ];
  ledger.append(records, []);
  const ids = (filter: Parameters<typeof ledger.search>[0]) =>
    ledger.search(filter, { limit: 10 }).records.map(({ id }) => Number(id.slice(-1)));
  assert.deepEqual(ids({}), [4, 3, 2, 1]);
  assert.deepEqual(ids({ user: 'anna' }), [2]);
  assert.deepEqual(ids({ key: 'VirtualKey/ns/anna' }), [2]);
  assert.deepEqual(ids({ labels: { 'cost.centre': 'cc-finance' } }), [2]);
  assert.deepEqual(ids({ route: 'ns/other' }), [3]);
  assert.deepEqual(ids({ outcome: 'refused' }), [3]);
  assert.deepEqual(ids({ outcome: 'failed' }), [4]);
  assert.deepEqual(ids({ search: '50% LEFT_' }), [3]);
  assert.deepEqual(ids({ search: '%' }), [3]);
  assert.deepEqual(
    ids({ model: 'claude-sonnet-5', fromMs: startMs + 120_000, toMs: startMs + 240_000 }),
    [3, 2],
  );
  const first = ledger.search({}, { limit: 3 });
  assert.equal(first.next, records[1]!.id);
  assert.deepEqual(ledger.search({}, { limit: 3, before: first.next! }), { records: [records[0]] });
});

test('usage equals a plain sum, whatever is grouped and filtered', (t) => {
  const { ledger } = openIn(t);
  const call = fc.record({
    user: fc.constantFrom('mike', 'anna', "o'brien"),
    team: fc.constantFrom('platform', 'finance'),
    model: fc.constantFrom('m1', 'm2'),
    minute: fc.nat(3_000),
    input: fc.nat(1_000),
    cost: fc.option(fc.nat(10_000_000), { nil: undefined }),
  });
  let next = 0;
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 40 }), (calls) => {
      ledger.prune(Number.MAX_SAFE_INTEGER);
      const records = calls.map(({ user, team, model, minute, input, cost }) => {
        const base = ledgerRecord(next++);
        const usage = { ...base.llm!.usage!, inputTokens: input };
        const llm = { ...base.llm!, requestModel: model, usage, costNano: cost };
        return {
          ...base,
          startedAtMs: startMs + minute * 60_000,
          key: key(user, team),
          llm,
        } as RequestRecord;
      });
      ledger.append(records, []);
      const rows = ledger.usage(
        { model: 'm1' },
        { groupBy: ['user', 'label:team'], bucket: 'day', timeZone: 'Asia/Kathmandu' },
      );
      const expected = new Map<
        string,
        { tokens: number; costNano: number; requests: number; unpriced: number }
      >();
      for (const { key: k, llm, startedAtMs } of records) {
        if (llm!.requestModel !== 'm1') continue;
        const day = Temporal.Instant.fromEpochMilliseconds(startedAtMs)
          .toZonedDateTimeISO('Asia/Kathmandu')
          .startOfDay();
        const id = `${k!.user} ${k!.labels['team']} ${day.epochMilliseconds}`;
        const sum = expected.get(id) ?? { tokens: 0, costNano: 0, requests: 0, unpriced: 0 };
        sum.tokens += llm!.usage!.inputTokens + llm!.usage!.outputTokens;
        sum.costNano += llm!.costNano ?? 0;
        sum.requests += 1;
        sum.unpriced += llm!.costNano === undefined ? 1 : 0;
        expected.set(id, sum);
      }
      const found = rows.map(({ group, bucketStartMs, tokens, costNano, requests, unpriced }) => [
        `${group['user']} ${group['label:team']} ${bucketStartMs}`,
        { tokens, costNano, requests, unpriced },
      ]);
      assert.deepEqual(new Map(found as never), expected);
    }),
    { numRuns: 50 },
  );
});

test('no calls: no rows; percentiles of what was answered; last use', (t) => {
  const { ledger } = openIn(t);
  assert.deepEqual(ledger.usage({}, { groupBy: [] }), []);
  assert.deepEqual(ledger.latency({}), {});
  ledger.append(
    Array.from({ length: 100 }, (_, n) => ledgerRecord(n)),
    [],
  );
  assert.deepEqual(ledger.latency({}), { durationMs: { p50: 60, p95: 105 } });
  assert.deepEqual([...ledger.lastUsed()], [['VirtualKey/ns/mike', startMs + 99 * 60_000]]);
});

test('a file of a newer release is refused', (t) => {
  const { path } = openIn(t);
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => openSqliteLedger(path), /written by a newer release/);
});
