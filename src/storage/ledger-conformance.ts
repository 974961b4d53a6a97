/** One behaviour suite for every ledger store: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord, startMs } from './ledger.fixture.ts';
import type { LedgerFilter, LedgerStore, UsageDimension, UsageRow } from './ledger.ts';
import { naiveUsage } from './naive-usage.fixture.ts';

export interface LedgerUnderTest {
  ledger: LedgerStore;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<LedgerStore>;
  close(): Promise<void>;
}

const key = (user: string, team: string) => ({
  id: `VirtualKey/ns/${user}`,
  user,
  metadata: {},
  labels: { team, 'cost.centre': `cc-${team}` },
});
const numbersOf = (records: readonly RequestRecord[]) => records.map(({ id }) => Number(id.slice(-6)));
const day = { windowStart: startMs / 1000, windowSeconds: 86_400 };

export function ledgerConformance(name: string, open: () => Promise<LedgerUnderTest>): void {
  const withLedger = (run: (under: LedgerUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

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
        ledgerRecord(2, { key: key('anna', 'finance') }),
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
          key: key(n % 3 === 0 ? 'anna' : 'mike', 'platform'),
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
      const labelled = (labels: Record<string, string>) => ({ ...key('anna', 'x'), labels });
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

type WithLedger = (run: (under: LedgerUnderTest) => Promise<void>) => () => Promise<void>;

/** Around the end of summer time in Europe and of a half hour's on Lord Howe Island. */
const clockChangesMs = [Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 3, 4, 12)];

const call = fc.record({
  user: fc.constantFrom('mike', 'anna', "o'brien", undefined),
  team: fc.constantFrom('platform', 'finance', '"quoted"'),
  model: fc.constantFrom('m1', 'm2'),
  provider: fc.constantFrom('anthropic', 'openai'),
  ms: fc
    .tuple(fc.constantFrom(...clockChangesMs), fc.nat(40 * 86_400_000))
    .map(([from, ms]) => from + ms / 8),
  input: fc.nat(1_000),
  cost: fc.option(fc.nat(10_000_000), { nil: undefined }),
  status: fc.constantFrom(200, 200, 429, 502),
});
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const filters = fc.record({
  user: optional(fc.constantFrom('mike', 'nobody')),
  model: optional(fc.constantFrom('m1', 'answered')),
  provider: optional(fc.constant('openai')),
  outcome: optional(fc.constantFrom('ok' as const, 'refused' as const, 'failed' as const)),
  labels: optional(
    fc.constantFrom<Record<string, string>[]>(
      { team: 'platform' },
      { team: '"quoted"', 'cost.centre': 'cc-"quoted"' },
    ),
  ),
  fromMs: optional(fc.constant(clockChangesMs[1]! + 86_400_000 * 3 + 1)),
  toMs: optional(fc.constant(clockChangesMs[0]! + 86_400_000 + 1)),
});
const dimensions: UsageDimension[] = [
  'user',
  'key',
  'model',
  'provider',
  'route',
  'label:team',
  'label:cost.centre',
];
const queries = fc.record({
  groupBy: fc.subarray(dimensions, { maxLength: 3 }),
  bucket: optional(fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const)),
  timeZone: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
  ),
  named: optional(
    fc.record({
      text: fc.constantFrom('A', "o'B", '%', '_', '"', 'CC-p', 'nobody'),
      in: fc.subarray(dimensions, { minLength: 1, maxLength: 2 }),
    }),
  ),
});

function usageConformance(name: string, withLedger: WithLedger): void {
  test(
    `${name}: usage equals a plain sum, whatever is grouped and filtered`,
    withLedger(async ({ ledger }) => {
      let next = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(call, { minLength: 1, maxLength: 60 }),
          fc.array(fc.tuple(filters, queries), { minLength: 1, maxLength: 5 }),
          async (calls, reports) => {
            await ledger.prune(Number.MAX_SAFE_INTEGER);
            const records = calls.map(({ user, team, model, provider, ms, input, cost, status }) => {
              const base = ledgerRecord(next++);
              const usage = { ...base.llm!.usage!, inputTokens: input };
              const llm = { ...base.llm!, provider, requestModel: model, responseModel: 'answered', usage };
              return {
                ...base,
                startedAtMs: ms,
                status,
                ...(status === 502 && { reason: 'Upstream' }),
                key: user === undefined ? undefined : key(user, team),
                llm: status === 429 ? undefined : { ...llm, costNano: cost },
              };
            });
            await ledger.append(records, []);
            for (const [filter, query] of reports)
              assert.deepEqual(
                sorted(await ledger.usage(filter, query)),
                sorted(naiveUsage(records, filter, query)),
              );
          },
        ),
        { numRuns: 60 },
      );
    }),
  );

  test(
    `${name}: rows come by bucket, then by cost and tokens; no calls, no rows`,
    withLedger(async ({ ledger }) => {
      assert.deepEqual(await ledger.usage({}, { groupBy: [] }), []);
      assert.deepEqual(await ledger.usage({}, { groupBy: ['user'], bucket: 'day' }), []);
      assert.deepEqual(await ledger.latency({}), {});
      const at = (n: number, user: string, costNano: number, days: number) => {
        const record = ledgerRecord(n, { key: key(user, 't'), startedAtMs: startMs + days * 86_400_000 });
        return { ...record, llm: { ...record.llm!, costNano } };
      };
      await ledger.append([at(1, 'a', 5, 1), at(2, 'b', 9, 1), at(3, 'c', 1, 0)], []);
      const rows = await ledger.usage({}, { groupBy: ['user'], bucket: 'day' });
      assert.deepEqual(
        rows.map(({ group }) => group['user']),
        ['c', 'b', 'a'],
      );
    }),
  );

  test(
    `${name}: rows by the names of their groups, in both directions and page by page`,
    withLedger(async ({ ledger }) => {
      const users = ['b', 'B', 'a', 'é', 'ab'];
      const records = Array.from({ length: 20 }, (_, n) =>
        ledgerRecord(n, { key: key(users[n % 5]!, `team-${n % 3}`) }),
      );
      await ledger.append(records, []);
      const groupBy: UsageDimension[] = ['user', 'label:team'];
      for (const ascending of [true, false]) {
        const sort = { by: 'group' as const, ascending };
        const shown: string[] = [];
        for (let offset = 0; offset < 15; offset += 4) {
          const rows = await ledger.usage({}, { groupBy, sort, page: { limit: 4, offset } });
          shown.push(...rows.map(({ group }) => `${group['user']} ${group['label:team']}`));
        }
        assert.equal(shown.length, 15);
        const wanted = shown.toSorted();
        assert.deepEqual(shown, ascending ? wanted : wanted.toReversed());
      }
      const among = { text: 'AB', in: groupBy };
      const rows = await ledger.usage({}, { groupBy, named: among, page: { limit: 1, offset: 0 } });
      assert.deepEqual([rows[0]!.group['user'], rows[0]!.groups], ['ab', 3]);
    }),
  );

  test(
    `${name}: rows by any figure, page by page with how many there are; some groups only`,
    withLedger(async ({ ledger }) => {
      const records = Array.from({ length: 40 }, (_, n) =>
        ledgerRecord(n, { key: key(`user-${n % 13}`, `team-${n % 3}`), ...(n % 7 === 0 && { status: 429 }) }),
      );
      await ledger.append(records, []);
      const whole = await ledger.usage({}, { groupBy: ['user'], sort: { by: 'refused', ascending: true } });
      assert.deepEqual(sorted(whole), sorted(naiveUsage(records, {}, { groupBy: ['user'] })));
      assert.deepEqual(
        whole.map(({ refused }) => refused),
        whole.map(({ refused }) => refused).sort((a, b) => a - b),
      );
      const paged: UsageRow[] = [];
      for (let offset = 0; offset < 15; offset += 5) {
        const page = { limit: 5, offset };
        const rows = await ledger.usage({}, { groupBy: ['user'], sort: { by: 'requests' }, page });
        assert.ok(rows.every(({ groups }) => groups === 13));
        paged.push(...rows.map(({ groups: _, ...row }) => row));
      }
      assert.deepEqual(sorted(paged), sorted(whole));
      for (const bucket of [undefined, 'day' as const]) {
        const query = { groupBy: ['label:team' as const, 'user' as const], ...(bucket && { bucket }) };
        const all = naiveUsage(records, {}, query).filter(({ group }) => group['label:team'] === 'team-1');
        const some = await ledger.usage({}, { ...query, among: ['team-1', 'nobody'] });
        assert.deepEqual(sorted(some), sorted(all));
      }
    }),
  );

  test(
    `${name}: percentiles of what was answered; last use of each key`,
    withLedger(async ({ ledger }) => {
      await ledger.append(
        Array.from({ length: 100 }, (_, n) => ledgerRecord(n)),
        [],
      );
      await ledger.append([ledgerRecord(200, { status: 429, durationMs: 9_999 })], []);
      assert.deepEqual(await ledger.latency({}), { durationMs: { p50: 60, p95: 105 } });
      const last = [['VirtualKey/ns/mike', startMs + 200 * 60_000]];
      assert.deepEqual([...(await ledger.lastUsed())], last);
      assert.deepEqual([...(await ledger.lastUsed(['nobody', 'VirtualKey/ns/mike']))], last);
      assert.deepEqual([...(await ledger.lastUsed([]))], []);
    }),
  );
}

/** Rows of equal cost and tokens have no order of their own. */
function sorted(rows: readonly UsageRow[]): UsageRow[] {
  const id = ({ bucketStartMs, group }: UsageRow) =>
    JSON.stringify([bucketStartMs, Object.entries(group).sort()]);
  return rows.toSorted((a, b) => (id(a) < id(b) ? -1 : 1));
}

function chargeConformance(name: string, withLedger: WithLedger): void {
  test(
    `${name}: a correction of what was charged adds to its sums, and records add on; a restart keeps both`,
    withLedger(async ({ ledger, reopen }) => {
      const charge = { budget: 'ns/daily', group: 'mike', unit: 'tokens' as const, used: 100, ...day };
      const other = { ...charge, group: 'it\'s\t"\u{1f600}"', unit: 'usd' as const };
      const usedBy = async (store: LedgerStore) =>
        Object.fromEntries((await store.charged()).sums.map(({ group, used }) => [group, used]));
      await ledger.append([ledgerRecord(1, { budgets: [charge] })], []);
      await ledger.correctCharged!([]);
      await ledger.correctCharged!([
        { ...charge, used: -30 },
        { ...other, used: 5 },
      ]);
      assert.deepEqual(await usedBy(ledger), { mike: 70, [other.group]: 5 });
      // Several of one counter at once, and more than one statement may take.
      const many = Array.from({ length: 1_500 }, (_, n) => ({ ...charge, group: `g${n}`, used: n + 1 }));
      await ledger.correctCharged!([{ ...charge, used: 1 }, ...many, { ...charge, used: 2 }]);
      await ledger.append([ledgerRecord(2, { budgets: [charge] })], []);
      const reopened = await reopen();
      const again = await usedBy(reopened);
      assert.deepEqual([again['mike'], again[other.group], again['g1499']], [173, 5, 1_500]);
      assert.equal(Object.keys(again).length, 1_502);
      assert.equal((await reopened.usage({}, { groupBy: [] }))[0]?.requests, 2, 'no record is made of it');
    }),
  );

  test(
    `${name}: prune takes the oldest, so many at a time; charges stay`,
    withLedger(async ({ ledger }) => {
      const charge = { budget: 'ns/daily', group: '', unit: 'tokens' as const, used: 7, ...day };
      await ledger.append(
        Array.from({ length: 10 }, (_, n) => ledgerRecord(n, { budgets: [charge] })),
        [],
      );
      const before = startMs + 8 * 60_000;
      assert.equal((await ledger.extent()).oldestMs, startMs);
      assert.equal(await ledger.prune(before, 3), 3);
      const { oldestMs, bytes } = await ledger.extent();
      assert.equal(oldestMs, startMs + 3 * 60_000);
      assert.ok(bytes > 1_000);
      assert.deepEqual(numbersOf((await ledger.search({}, { limit: 10 })).records), [9, 8, 7, 6, 5, 4, 3]);
      assert.equal(await ledger.prune(before), 5);
      assert.equal(await ledger.prune(before), 0);
      assert.deepEqual(numbersOf((await ledger.search({}, { limit: 10 })).records), [9, 8]);
      assert.deepEqual(
        (await ledger.charged()).sums.map(({ used }) => used),
        [70],
      );
      await ledger.prune(Number.MAX_SAFE_INTEGER);
      assert.equal((await ledger.extent()).oldestMs, undefined);
    }),
  );

  test(
    `${name}: charges are added up per counter, each record's once, until their window has ended`,
    withLedger(async ({ ledger, reopen }) => {
      const charge = (budget: string, used: number, window = day) => ({
        budget,
        group: 'mike',
        unit: 'tokens' as const,
        used,
        ...window,
      });
      const minute = { ...day, windowSeconds: 60 };
      const first = ledgerRecord(0, { budgets: [charge('a', 5), charge('b', 2, minute)] });
      await ledger.append([first, ledgerRecord(1, { budgets: [charge('a', 6)] })], []);
      await ledger.append([first, ledgerRecord(2, { budgets: [charge('a', 0)] })], []);
      // Entries of early versions do not name their window.
      const unnamed = { budget: 'a', group: 'mike', unit: 'tokens' as const, used: 3 };
      const again = await reopen();
      await again.append([ledgerRecord(300, { budgets: [unnamed] })], []);
      assert.deepEqual(await again.charged(), {
        sinceMs: 0,
        sums: [{ budget: 'a', unit: 'tokens', group: 'mike', ...day, used: 11 }],
      });
    }),
  );
}
