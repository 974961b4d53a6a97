/** Tables of the ledger, and what brings an older file up to date: forward only. */
import type { DatabaseSync } from 'node:sqlite';
import { migrate, startNewerRelease } from './migrate.ts';
import { rareFiguresMigration } from './rare-figures-schema.ts';
import { usageSumsMigration } from './usage-sums-schema.ts';

const migrations = [
  `CREATE TABLE call (
     id TEXT NOT NULL UNIQUE, started INTEGER NOT NULL, outcome TEXT NOT NULL,
     key TEXT NOT NULL, user TEXT NOT NULL, model TEXT NOT NULL, response_model TEXT NOT NULL,
     provider TEXT NOT NULL, route TEXT NOT NULL, labels TEXT NOT NULL,
     input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost INTEGER NOT NULL, unpriced INTEGER NOT NULL,
     duration REAL NOT NULL, first_token REAL, record TEXT NOT NULL
   );
   CREATE INDEX call_started ON call (started);
   CREATE INDEX call_key ON call (key, started);
   CREATE INDEX call_user ON call (user, started);
   CREATE TABLE journal_position (file TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;`,
  // Entries of before do not name their windows: what began earlier cannot be checked.
  `CREATE TABLE charged (
     budget TEXT NOT NULL, unit TEXT NOT NULL, budget_group TEXT NOT NULL, window_start INTEGER NOT NULL, window_seconds INTEGER NOT NULL,
     used INTEGER NOT NULL, PRIMARY KEY (budget, unit, budget_group, window_start, window_seconds)
   ) WITHOUT ROWID;
   CREATE TABLE charged_since (ms INTEGER NOT NULL);
   INSERT INTO charged_since SELECT coalesce(max(started) + 1, 0) FROM call;`,
  // The records' text apart, so that a report reads a fifth of the bytes.
  `CREATE TABLE call_record (n INTEGER PRIMARY KEY, record TEXT NOT NULL);
   INSERT INTO call_record SELECT rowid, record FROM call;
   CREATE TABLE call_figures (
     n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started INTEGER NOT NULL, outcome TEXT NOT NULL,
     key TEXT NOT NULL, user TEXT NOT NULL, model TEXT NOT NULL, response_model TEXT NOT NULL,
     provider TEXT NOT NULL, route TEXT NOT NULL, labels TEXT NOT NULL,
     input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost INTEGER NOT NULL, unpriced INTEGER NOT NULL,
     duration REAL NOT NULL, first_token REAL
   );
   INSERT INTO call_figures SELECT rowid, id, started, outcome, key, user, model, response_model, provider, route, labels,
     input, cached_input, cache_write, output, reasoning, cost, unpriced, duration, first_token FROM call;
   DROP TABLE call;
   ALTER TABLE call_figures RENAME TO call;
   CREATE INDEX call_started ON call (started);
   CREATE INDEX call_key ON call (key, started);
   CREATE INDEX call_user ON call (user, started);`,
  usageSumsMigration,
  // For the dearest, longest and slowest calls.
  `CREATE INDEX call_cost ON call (cost);
   CREATE INDEX call_tokens ON call (input + output);
   CREATE INDEX call_duration ON call (duration);`,
  // The last call that is in the sums: later ones are added when they are many.
  `CREATE TABLE usage_summed (n INTEGER NOT NULL);
   INSERT INTO usage_summed SELECT coalesce(max(n), 0) FROM call;`,
  rareFiguresMigration,
];

/** Throws when the file was written by a newer release. */
export function migrateLedgerSchema(database: DatabaseSync, path: string): void {
  migrate(database, migrations, startNewerRelease(path));
}
