/** Reports of a ledger store: equal to a plain sum over its records. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ledgerRecord, startMs } from './ledger.fixture.ts';
import type { UsageDimension, UsageRow } from './ledger.ts';
import { keyOf, type WithLedger } from './ledger-under-test.ts';
import { naiveUsage } from './naive-usage.fixture.ts';

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
  hour: fc.constantFrom(0, 0, 7),
  estimated: fc.constantFrom(false, false, true),
  media: fc.constantFrom(
    {},
    {},
    { media: { audioInput: 30, cachedAudio: 4 } },
    { media: { imageInput: 9, audioOutput: 5, imageOutput: 1_290 } },
  ),
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

export function usageConformance(name: string, withLedger: WithLedger): void {
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
            const records = calls.map(({ user, team, model, provider, ms, input, cost, status, ...rare }) => {
              const base = ledgerRecord(next++);
              const { hour, estimated, media } = rare;
              const more = { cacheWrite1hTokens: hour, estimated, ...media };
              const usage = { ...base.llm!.usage!, inputTokens: input, ...more };
              const llm = { ...base.llm!, provider, requestModel: model, responseModel: 'answered', usage };
              return {
                ...base,
                startedAtMs: ms,
                status,
                ...(status === 502 && { reason: 'Upstream' }),
                key: user === undefined ? undefined : keyOf(user, team),
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
        const record = ledgerRecord(n, { key: keyOf(user, 't'), startedAtMs: startMs + days * 86_400_000 });
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
        ledgerRecord(n, { key: keyOf(users[n % 5]!, `team-${n % 3}`) }),
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
        ledgerRecord(n, {
          key: keyOf(`user-${n % 13}`, `team-${n % 3}`),
          ...(n % 7 === 0 && { status: 429 }),
        }),
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
      const speaking = records.map((record, n) => {
        const usage = { ...record.llm!.usage!, ...(n % 4 === 0 && { media: { audioOutput: 1 + (n % 13) } }) };
        return { ...record, id: `${record.id}-said`, llm: { ...record.llm!, usage } };
      });
      await ledger.append(speaking, []);
      const loudest = { groupBy: ['user' as const], sort: { by: 'audioOutputTokens' as const } };
      const [first, second] = await ledger.usage({}, { ...loudest, page: { limit: 2, offset: 0 } });
      const said = naiveUsage(speaking, {}, loudest).map((row) => row.audioOutputTokens);
      assert.deepEqual(
        [first!.audioOutputTokens, second!.audioOutputTokens],
        said.sort((a, b) => b - a).slice(0, 2),
      );
      records.push(...speaking);
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
