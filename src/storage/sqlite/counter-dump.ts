/** The counters' checkpoint in SQLite: the whole dump and its generation in one transaction. */
import { DatabaseSync } from 'node:sqlite';
import type { CounterValue } from '../counters.ts';
import type { CounterDump } from '../memory/shared-counters.ts';
import { transaction } from './transaction.ts';

export function openCounterDump(path: string): CounterDump {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS counter_generation (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS counter (
      key TEXT NOT NULL, window_start INTEGER NOT NULL, window_seconds INTEGER NOT NULL, value REAL NOT NULL,
      PRIMARY KEY (key, window_start, window_seconds)
    ) WITHOUT ROWID;
  `);
  const insert = database.prepare('INSERT INTO counter VALUES (?, ?, ?, ?)');
  const setGeneration = database.prepare('INSERT OR REPLACE INTO counter_generation VALUES (1, ?)');
  return {
    read: () => {
      const row = database.prepare('SELECT generation FROM counter_generation').get();
      const counters = database
        .prepare(
          'SELECT key, window_start AS windowStart, window_seconds AS windowSeconds, value FROM counter',
        )
        .all() as unknown as CounterValue[];
      return { generation: Number(row?.['generation'] ?? 0), counters };
    },
    write: (generation, counters) =>
      transaction(database, () => {
        database.exec('DELETE FROM counter');
        for (const c of counters) insert.run(c.key, c.windowStart, c.windowSeconds, c.value);
        setGeneration.run(generation);
      }),
    close: () => database.close(),
  };
}
