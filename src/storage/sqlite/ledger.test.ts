import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { ledgerRecord } from '../ledger.fixture.ts';
import { ledgerConformance } from '../ledger-conformance.ts';
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

test('what some keys used, and when last, is told of them alone', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'));
  const ledger = openSqliteLedger(join(directory, 'ledger.db'));
  t.after(() => {
    ledger.close();
    rmSync(directory, { recursive: true });
  });
  const key = (id: string) => ({ id, user: id, metadata: {}, labels: {} });
  const records = [ledgerRecord(1, { key: key('a') }), ledgerRecord(2, { key: key('a') })];
  ledger.append([...records, ledgerRecord(3, { key: key('b') }), ledgerRecord(4, { key: key('c') })], []);
  const since = records[1]!.startedAtMs;
  const found = ledger.usageOf!(['a', 'b', 'nobody'], since);
  assert.deepEqual([...found.keys()], ['a', 'b']);
  const [row] = ledger.usage({ key: 'a', fromMs: since }, { groupBy: [] });
  const { requests, tokens, costNano } = row!;
  assert.deepEqual(found.get('a'), { requests, tokens, costNano, lastUsedMs: since });
  assert.equal(requests, 1);
  assert.equal(ledger.usageOf!(['b'], since + 600_000).get('b')?.requests, 0);
});
