import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { RequestRecord } from '../../core/record.ts';
import { ledgerRecord, startMs } from '../ledger.fixture.ts';
import type { UsageRow } from '../ledger.ts';
import { ledgerConformance } from '../ledger-conformance.ts';
import { naiveUsage } from '../naive-usage.fixture.ts';
import { openSqliteLedger } from './ledger.ts';

ledgerConformance('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));
  const path = join(directory, 'ledger.db');
  let ledger = openSqliteLedger(path);
  return {
    ledger,
    reopen: async () => {
      ledger.close();
      ledger = openSqliteLedger(path);
      return ledger;
    },
    close: async () => {
      ledger.close();
      rmSync(directory, { recursive: true });
    },
  };
});

function pathIn(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'ledger.db');
}

test('a file of a newer release is refused', (t) => {
  const path = pathIn(t);
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => openSqliteLedger(path), /written by a newer release/);
});

test('a file of the first schema is brought up to date with what is in it', (t) => {
  const path = pathIn(t);
  const record = ledgerRecord(1);
  const database = new DatabaseSync(path);
  database.exec(`
    CREATE TABLE call (id TEXT NOT NULL UNIQUE, started INTEGER NOT NULL, outcome TEXT NOT NULL, key TEXT NOT NULL,
      user TEXT NOT NULL, model TEXT NOT NULL, response_model TEXT NOT NULL, provider TEXT NOT NULL, route TEXT NOT NULL,
      labels TEXT NOT NULL, input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL,
      output INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost INTEGER NOT NULL, unpriced INTEGER NOT NULL,
      duration REAL NOT NULL, first_token REAL, record TEXT NOT NULL);
    CREATE TABLE journal_position (file TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO journal_position VALUES ('a', 7);
    PRAGMA user_version = 1;`);
  database
    .prepare(
      "INSERT INTO call VALUES (?, ?, 'ok', 'k', 'mike', 'm', 'm', 'p', 'r', '{}', 1, 0, 0, 2, 0, 3, 0, 4, NULL, ?)",
    )
    .run(record.id, record.startedAtMs, JSON.stringify(record));
  database.close();
  const ledger = openSqliteLedger(path);
  t.after(() => ledger.close());
  ledger.append([record, ledgerRecord(2)], [{ file: 'b', offset: 1 }]);
  assert.deepEqual(ledger.search({ user: 'mike' }, { limit: 5 }).records, [ledgerRecord(2), record]);
  assert.equal(ledger.usage({}, { groupBy: [] })[0]!.costNano, 3 + 1_320_000);
  assert.equal(ledger.charged().sinceMs, record.startedAtMs + 1);
});

test('calls of before are known by every kind of token that their records tell', (t) => {
  const path = pathIn(t);
  const records = manyCalls(400);
  const odd = { ...records[13]!, id: 'odd', path: '/\u0000"media":{"audioInput":9}\ud800', error: '\\' };
  records.push(odd, { ...records[1]!, id: 'talk', error: '"media":{"audioInput":9}, "estimated":true' });
  const ledger = openSqliteLedger(path);
  ledger.append(records, []);
  ledger.close();
  madeAnew(path);
  const again = openSqliteLedger(path);
  t.after(() => again.close());
  for (const query of [{ groupBy: [] }, { groupBy: ['user' as const] }])
    assert.deepEqual(again.usage({}, query).sort(byUser), naiveUsage(records, {}, query).sort(byUser));
  const [total] = again.usage({ user: 'u-0' }, { groupBy: [] });
  assert.ok(total!.audioInputTokens > 0 && total!.estimated > 0);
});

/** What the sums are in a file, whose order is that of their names. */
function sumsIn(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = ['usage_sum', 'latency_sum', 'usage_sum_rare'].map((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  return rows;
}

/** Deletes the sums and has them made anew, as for a file of before. */
function madeAnew(path: string): unknown[] {
  const database = new DatabaseSync(path);
  database.exec(`DROP TABLE usage_sum; DROP TABLE usage_summed; DROP TABLE call_rare; DROP TABLE usage_sum_rare; DROP TABLE latency_sum; DROP INDEX call_cost; DROP INDEX call_tokens; DROP INDEX call_duration;
    PRAGMA user_version = 3;`);
  database.close();
  openSqliteLedger(path).close();
  return sumsIn(path);
}

/** Over two months, at any time of the day. */
function manyCalls(count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const base = ledgerRecord(n, {
      startedAtMs: startMs + ((n * 7_919_333) % (60 * 86_400_000)),
      durationMs: 20 + ((n * 7_919) % 10_007),
      status: n % 9 === 0 ? 429 : 200,
      route: `ns/route-${n % 3}`,
      key: { id: `k-${n % 50}`, user: `u-${n % 20}`, metadata: {}, labels: { team: `t-${n % 4}` } },
    });
    const timeToFirstTokenMs = n % 2 === 0 ? 5 + (n % 900) : undefined;
    const usage = { ...base.llm!.usage!, estimated: n % 11 === 0 };
    const sound = n % 13 === 0 && { media: { audioInput: n % 50, audioOutput: 3 }, cacheWrite1hTokens: 4 };
    const llm = {
      ...base.llm!,
      usage: { ...usage, ...sound },
      requestModel: `m-${n % 5}`,
      ...(timeToFirstTokenMs && { timeToFirstTokenMs }),
    };
    return { ...base, llm };
  });
}

test('sums are the same whether they were kept up, made of a file of before, or lessened by a prune', (t) => {
  const path = pathIn(t);
  const ledger = openSqliteLedger(path);
  const records = manyCalls(3_000);
  for (let first = 0; first < records.length; first += 500)
    ledger.append([...records.slice(first, first + 500), records[0]!], []);
  ledger.prune(startMs + 20 * 86_400_000 + 12_345, 700);
  ledger.prune(startMs + 30 * 86_400_000 + 1);
  ledger.close();
  const kept = sumsIn(path);
  assert.ok((kept[0] as unknown[]).length > 1_000);
  assert.ok((kept[2] as unknown[]).length > 100);
  assert.deepEqual(kept, madeAnew(path));
  const again = openSqliteLedger(path);
  again.prune(Number.MAX_SAFE_INTEGER);
  again.close();
  assert.deepEqual(sumsIn(path), [[], [], []]);
});

test('a process that is killed loses no sum: the next one adds up what was not yet', (t) => {
  const path = pathIn(t);
  const records = manyCalls(6_300);
  const killed = openSqliteLedger(path);
  for (let first = 0; first < 6_000; first += 100) killed.append(records.slice(first, first + 100), []);
  const next = openSqliteLedger(path);
  next.append(records.slice(5_900), []);
  assert.deepEqual(
    next.usage({}, { groupBy: ['user'] }).sort(byUser),
    naiveUsage(records, {}, { groupBy: ['user'] }).sort(byUser),
  );
  next.append([ledgerRecord(9_999)], []);
  next.close();
  const kept = sumsIn(path);
  assert.deepEqual(kept, madeAnew(path));
});

const byUser = (a: UsageRow, b: UsageRow) => (a.group['user']! < b.group['user']! ? -1 : 1);

test('percentiles of many calls are within one in a hundred', (t) => {
  const ledger = openSqliteLedger(pathIn(t));
  t.after(() => ledger.close());
  const records = manyCalls(60_000);
  ledger.append(records, []);
  // Neither end is that of a day.
  const [fromMs, toMs] = [startMs + 3 * 3_600_000, startMs + 50 * 86_400_000 + 77];
  for (const filter of [{}, { fromMs, toMs }, { fromMs, toMs, model: 'm-2' }, { labels: { team: 't-1' } }]) {
    const { from = 0, to = Number.POSITIVE_INFINITY } = { from: filter.fromMs, to: filter.toMs };
    const answered = records
      .filter(({ status, startedAtMs }) => status === 200 && startedAtMs >= from && startedAtMs < to)
      .filter(({ llm }) => !('model' in filter) || llm?.requestModel === filter.model)
      .filter(({ key }) => !('labels' in filter) || key?.labels['team'] === 't-1')
      .map(({ durationMs }) => durationMs)
      .sort((a, b) => a - b);
    const { durationMs } = ledger.latency(filter);
    for (const [share, found] of [
      [0.5, durationMs?.p50],
      [0.95, durationMs?.p95],
    ] as const) {
      const exact = answered[Math.floor(answered.length * share)]!;
      assert.ok(Math.abs(found! / exact - 1) <= 0.0101, `${found} is not ${exact}`);
    }
  }
});
