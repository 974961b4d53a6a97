/** Contents of recorded calls in a file of their own, each sealed; what is deleted is overwritten in the file. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { CallContent } from '../../core/content/model.ts';
import type { ContentExtent, ContentSelection, ContentStore, NewContent, StoredContent } from '../content.ts';
import { migrate, startNewerRelease } from './migrate.ts';
import type { SecretCipher } from './secret-encryption.ts';
import { transaction } from './transaction.ts';

const migrations = [
  `CREATE TABLE content (
     id TEXT PRIMARY KEY, started INTEGER NOT NULL, key TEXT NOT NULL, user TEXT NOT NULL,
     sealed BLOB, deleted_at INTEGER, deleted_by TEXT
   ) STRICT;
   CREATE INDEX content_started ON content (started);
   CREATE INDEX content_key ON content (key);
   CREATE INDEX content_user ON content (user);`,
];

/** Authenticated with what is sealed: a content that is moved to another call does not open. */
export function contentSeal(id: string): string {
  return `content of call ${id}`;
}

/** Throws when the file was written by a newer release. */
export function openSqliteContent(path: string, cipher: SecretCipher): ContentStore {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec(
    'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;',
  );
  migrate(database, migrations, startNewerRelease(path));
  return new SqliteContent(database, cipher);
}

class SqliteContent implements ContentStore {
  readonly #database: DatabaseSync;
  readonly #cipher: SecretCipher;

  constructor(database: DatabaseSync, cipher: SecretCipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  append(contents: readonly NewContent[]): void {
    transaction(this.#database, () => {
      const insert = this.#database.prepare(
        'INSERT INTO content VALUES (?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT (id) DO NOTHING',
      );
      for (const { id, startedAtMs, key, user, content } of contents) {
        const sealed = this.#cipher.seal(JSON.stringify(content), contentSeal(id));
        insert.run(id, Math.floor(startedAtMs), key, user, sealed);
      }
    });
  }

  get(id: string): StoredContent | undefined {
    const row = this.#database.prepare('SELECT * FROM content WHERE id = ?').get(id);
    if (row === undefined) return undefined;
    if (row['sealed'] === null)
      return { state: 'deleted', atMs: Number(row['deleted_at']), by: String(row['deleted_by']) };
    return openContent(this.#cipher, id, row['sealed'] as Uint8Array);
  }

  delete(which: ContentSelection, by: string, atMs: number): number {
    const [column, value] = Object.entries(which)[0] as [string, string];
    return this.#shrink(
      `UPDATE content SET sealed = NULL, deleted_at = ?, deleted_by = ? WHERE ${column} = ? AND sealed IS NOT NULL`,
      [Math.floor(atMs), by, value],
    );
  }

  prune(beforeMs: number, atMost: number): number {
    const old = 'SELECT id FROM content WHERE started < ? ORDER BY started LIMIT ?';
    return this.#shrink(`DELETE FROM content WHERE id IN (${old})`, [Math.ceil(beforeMs), atMost]);
  }

  extent(beforeMs?: number): ContentExtent {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS contents, min(started) AS oldest, count(*) FILTER (WHERE started < ?) AS older
         FROM content WHERE sealed IS NOT NULL`,
      )
      .get(Math.ceil(beforeMs ?? 0))!;
    const size = this.#database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get()!;
    return extentOf({ ...row, ...size }, beforeMs);
  }

  close(): void {
    this.#database.close();
  }

  /** What is gone is gone from the log of changes too, and its room is given back. */
  #shrink(change: string, values: readonly SQLInputValue[]): number {
    const { changes } = this.#database.prepare(change).run(...values);
    if (Number(changes) > 0)
      this.#database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);');
    return Number(changes);
  }
}

export function extentOf(row: Record<string, unknown>, beforeMs: number | undefined): ContentExtent {
  const { contents, oldest, older, bytes } = row;
  return {
    contents: Number(contents),
    bytes: Number(bytes),
    ...(oldest !== null && { oldestMs: Number(oldest) }),
    ...(beforeMs !== undefined && { older: Number(older) }),
  };
}

export function openContent(cipher: SecretCipher, id: string, sealed: Uint8Array): StoredContent {
  try {
    return { state: 'kept', content: JSON.parse(cipher.open(sealed, contentSeal(id))) as CallContent };
  } catch {
    return { state: 'unreadable' };
  }
}
