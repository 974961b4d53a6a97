/** The audit log in SQLite: WAL with synchronous NORMAL survives `kill -9`. */
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { AuditChange } from '../../core/audit/changes.ts';
import type {
  AuditEntry,
  AuditFilter,
  AuditOrder,
  AuditPage,
  AuditQuery,
  LocalAuditLog,
  NewAuditEntry,
} from '../audit-log.ts';
import { migrate, startNewerRelease } from './migrate.ts';
import { transaction } from './transaction.ts';

const migrations = [
  `CREATE TABLE entry (
     id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
     action TEXT NOT NULL, object TEXT NOT NULL, changes TEXT NOT NULL
   ) STRICT;
   CREATE INDEX entry_object ON entry (object);
   CREATE INDEX entry_actor ON entry (actor);`,
  'CREATE TABLE log (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL) STRICT;',
  'CREATE INDEX entry_action ON entry (action);',
];

/** Each has an index, which tells entries of one value apart by their id. */
const orders: Readonly<Record<AuditOrder['by'], string>> = {
  time: 'id',
  actor: 'actor',
  action: 'action',
  object: 'object',
};

/** Throws when the file was written by a newer release. */
export function openSqliteAuditLog(path: string): LocalAuditLog {
  // Whoever else has it open (an operator's sqlite3) may hold it for a moment.
  const database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrate(database, migrations, startNewerRelease(path));
  return new SqliteAuditLog(database);
}

class SqliteAuditLog implements LocalAuditLog {
  readonly name: string;
  readonly #database: DatabaseSync;
  readonly #insert;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?)');
    database.prepare('INSERT OR IGNORE INTO log VALUES (1, ?)').run(randomUUID());
    this.name = String(database.prepare('SELECT name FROM log').get()?.['name']);
  }

  append(entries: readonly NewAuditEntry[]): void {
    transaction(this.#database, () => {
      for (const { atMs, actor, role, action, object, changes } of entries)
        this.#insert.run(Math.floor(atMs), actor, role, action, object, JSON.stringify(changes));
    });
  }

  search(filter: AuditFilter, { limit, before, order = { by: 'time' } }: AuditQuery): AuditPage {
    const { object, actor, action, fromMs, toMs } = filter;
    const column = orders[order.by];
    const [direction, isAfter] = order.ascending ? ['ASC', '>'] : ['DESC', '<'];
    const conditions: [condition: string, ...values: (string | number | undefined)[]][] = [
      ['substr(object, 1, length(?)) = ?', object, object],
      ["(actor = ? OR substr(actor, 1, length(?) + 2) = ? || ' (')", actor, actor, actor],
      ['substr(action, 1, length(?)) = ?', action, action],
      ['at >= ?', fromMs],
      ['at < ?', toMs],
      [`(${column}, id) ${isAfter} (SELECT ${column}, id FROM entry WHERE id = ?)`, before],
    ];
    const given = conditions.filter(([, value]) => value !== undefined);
    const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
    const values = given.flatMap(([, ...bound]) => bound as (string | number)[]);
    const rows = this.#database
      .prepare(`SELECT * FROM entry ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`)
      .all(...values, limit + 1);
    const entries = rows.slice(0, limit).map(entryOf);
    const last = entries.at(-1);
    return rows.length > limit && last !== undefined ? { entries, next: last.id } : { entries };
  }

  after(id: number, limit: number): AuditEntry[] {
    const rows = this.#database
      .prepare('SELECT * FROM entry WHERE id > ? ORDER BY id LIMIT ?')
      .all(id, limit);
    return rows.map(entryOf);
  }

  close(): void {
    this.#database.close();
  }
}

function entryOf(row: Record<string, unknown>): AuditEntry {
  return {
    id: Number(row['id']),
    atMs: Number(row['at']),
    actor: String(row['actor']),
    role: String(row['role']),
    action: String(row['action']),
    object: String(row['object']),
    changes: JSON.parse(String(row['changes'])) as AuditChange[],
  };
}
