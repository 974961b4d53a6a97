/** One behaviour suite for every ledger store: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord, startMs } from './ledger.fixture.ts';
import type { LedgerFilter } from './ledger.ts';
import { chargeConformance } from './ledger-charge-conformance.ts';
import { keyOf, type LedgerUnderTest, numbersOf, withLedgerOf } from './ledger-under-test.ts';
import { usageConformance } from './ledger-usage-conformance.ts';

export function ledgerConformance(name: string, open: () => Promise<LedgerUnderTest>): void {
  const withLedger = withLedgerOf(open);

  test(
    `${name}: a record is kept whole, once; positions are replaced with it; a restart forgets nothing`,
    withLedger(async ({ ledger, reopen }) => {
      const record = ledgerRecord(1);
      await ledger.append([record], [{ file: 'a', offset: 10 }]);
      await ledger.append([record, ledgerRecord(2), ledgerRecord(2)], [{ file: 'b', offset: 5 }]);
      const again = await reopen();
      assert.deepEqual(await again.get(record.id), record);
      assert.equal(await again.get('nothing'), undefined);
      assert.deepEqual(numbersOf((await again.search({}, { limit: 10 })).records), [2, 1]);
      assert.deepEqual(
        (await again.positions()).map((position) => ({ ...position })),
        [{ file: 'b', offset: 5 }],
      );
    }),
  );

  test(
    `${name}: all or nothing`,
    withLedger(async ({ ledger }) => {
      const broken = { ...ledgerRecord(2), id: undefined as unknown as string };
      await assert.rejects(async () => ledger.append([ledgerRecord(1), broken], [{ file: 'a', offset: 1 }]));
      assert.deepEqual((await ledger.search({}, { limit: 10 })).records, []);
      assert.equal((await ledger.positions()).length, 0);
      await ledger.append([ledgerRecord(1)], []);
      assert.equal((await ledger.search({}, { limit: 10 })).records.length, 1);
    }),
  );

  test(
    `${name}: search: newest first, page by page, every filter`,
    withLedger(async ({ ledger }) => {
      const refused = { status: 429, reason: 'Budget', error: 'budget ns/daily: 50% left_over' };
      const records = [
        ledgerRecord(1),
        ledgerRecord(2, { key: keyOf('anna', 'finance') }),
        ledgerRecord(3, { ...refused, route: 'ns/other' }),
        ledgerRecord(4, { status: 502, reason: 'Upstream' }),
      ];
      await ledger.append(records, []);
      const ids = async (filter: LedgerFilter) =>
        numbersOf((await ledger.search(filter, { limit: 10 })).records);
      assert.deepEqual(await ids({}), [4, 3, 2, 1]);
      assert.deepEqual(await ids({ user: 'anna' }), [2]);
      assert.deepEqual(await ids({ key: 'VirtualKey/ns/anna' }), [2]);
      assert.deepEqual(await ids({ labels: { 'cost.centre': 'cc-finance' } }), [2]);
      assert.deepEqual(await ids({ route: 'ns/other' }), [3]);
      assert.deepEqual(await ids({ outcome: 'refused' }), [3]);
      assert.deepEqual(await ids({ outcome: 'failed' }), [4]);
      assert.deepEqual(await ids({ search: '50% LEFT_' }), [3]);
      assert.deepEqual(await ids({ search: '%' }), [3]);
      assert.deepEqual(
        await ids({ model: 'claude-sonnet-5', fromMs: startMs + 120_000, toMs: startMs + 240_000 }),
        [3, 2],
      );
      const first = await ledger.search({}, { limit: 3 });
      assert.equal(first.next, records[1]!.id);
      assert.deepEqual(await ledger.search({}, { limit: 3, before: first.next! }), { records: [records[0]] });
    }),
  );

  test(
    `${name}: pages neither miss nor repeat calls of one moment`,
    withLedger(async ({ ledger }) => {
      const records = Array.from({ length: 25 }, (_, n) => ledgerRecord(n, { startedAtMs: startMs + 0.25 }));
      await ledger.append(records, []);
      const found: RequestRecord[] = [];
      let before: string | undefined;
      do {
        const page = await ledger.search({ user: 'mike' }, { limit: 10, ...(before && { before }) });
        found.push(...page.records);
        before = page.next;
      } while (before !== undefined);
      assert.deepEqual(found, records.toReversed());
    }),
  );

  test(
    `${name}: search in every order, page by page, filtered or not`,
    withLedger(async ({ ledger }) => {
      const records = Array.from({ length: 60 }, (_, n) => {
        const base = ledgerRecord(n, {
          durationMs: ((n * 37) % 11) + 0.5,
          key: keyOf(n % 3 === 0 ? 'anna' : 'mike', 'platform'),
          status: n % 5 === 0 ? 429 : 200,
        });
        const usage = { ...base.llm!.usage!, inputTokens: (n * 13) % 7 };
        return { ...base, llm: { ...base.llm!, usage, costNano: (n * 29) % 9 } };
      });
      await ledger.append(records, []);
      const values = {
        time: ({ startedAtMs }: RequestRecord) => startedAtMs,
        cost: ({ llm }: RequestRecord) => llm!.costNano!,
        tokens: ({ llm }: RequestRecord) => llm!.usage!.inputTokens + llm!.usage!.outputTokens,
        duration: ({ durationMs }: RequestRecord) => durationMs,
      };
      const filters: LedgerFilter[] = [
        {},
        { user: 'anna' },
        { outcome: 'refused' },
        { fromMs: startMs + 600_000, toMs: startMs + 3_000_000 },
      ];
      for (const by of ['time', 'cost', 'tokens', 'duration'] as const)
        for (const ascending of [false, true])
          for (const filter of filters) {
            const found: RequestRecord[] = [];
            let before: string | undefined;
            do {
              const page = { limit: 7, order: { by, ascending }, ...(before && { before }) };
              const { records: some, next } = await ledger.search(filter, page);
              found.push(...some);
              before = next;
            } while (before !== undefined);
            const plain = await ledger.search(filter, { limit: 1_000 });
            assert.deepEqual(numbersOf(found).sort(), numbersOf(plain.records).sort(), `${by} ${ascending}`);
            const shown = found.map(values[by]);
            const sign = ascending ? 1 : -1;
            assert.deepEqual(
              shown,
              shown.toSorted((a, b) => sign * (a - b)),
            );
          }
    }),
  );

  test(
    `${name}: names of labels, of all calls or of some`,
    withLedger(async ({ ledger }) => {
      const labelled = (labels: Record<string, string>) => ({ ...keyOf('anna', 'x'), labels });
      await ledger.append(
        [
          ledgerRecord(1, { key: labelled({ team: 'a', 'cost.centre': '1' }) }),
          ledgerRecord(2, { key: labelled({ team: 'b', département: 'x' }) }),
          ledgerRecord(3, { key: labelled({}) }),
        ],
        [],
      );
      assert.deepEqual(await ledger.labelNames({}), ['cost.centre', 'département', 'team']);
      assert.deepEqual(await ledger.labelNames({ labels: { team: 'b' } }), ['département', 'team']);
      assert.deepEqual(await ledger.labelNames({ fromMs: startMs + 9e9 }), []);
    }),
  );

  usageConformance(name, withLedger);
  chargeConformance(name, withLedger);
}
