/**
 * Objects in SQLite: WAL with synchronous NORMAL survives `kill -9` (a power cut may lose the last commits, never consistency).
 * Secrets are sealed whole: kubectl keeps a copy of their values in an annotation.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';
import { createResourceStore } from '../memory/resource-store.ts';
import type { Progress } from '../progress.ts';
import { isVirtualKey } from '../resource-pages.ts';
import type { ResourceEvent, ResourcePersistence, ResourceStore } from '../resource-store.ts';
import { migrateResourceSchema } from './resource-store-schema.ts';
import { openSecretCipher, type SecretCipher } from './secret-encryption.ts';
import { prepareWrite, transaction } from './transaction.ts';
import { SqliteVirtualKeys } from './virtual-keys.ts';

/** Of pages that are read again and again. */
const cacheKib = 32 * 1_024;
const lockWaitMs = 10_000;
const keyCheckText = 'resource store key check';

export interface ResourceStoreOptions {
  /** Told while a directory of an older release is converted, which takes long when there are very many keys. */
  progress?: Progress;
}

/** The store behind the embedded API server, kept in `directory` (see `openResourcePersistence`). */
export function openResourceStore(directory: string, options: ResourceStoreOptions = {}): ResourceStore {
  return createResourceStore({ persistence: openResourcePersistence(directory, options) });
}

/** Keeps a second process from `directory` until what it returns is called; that process gets an error that says so. */
export function lockDirectory(directory: string): () => void {
  const database = openLocked(join(directory, 'lock.db'), directory);
  return () => database.close();
}

/** `directory` must exist. It is locked until `close`: a second process gets an error that says so. */
function openResourcePersistence(directory: string, { progress }: ResourceStoreOptions): ResourcePersistence {
  const path = join(directory, 'resources.db');
  const lock = openLocked(join(directory, 'resources-lock.db'), directory);
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path);
    migrateResourceSchema(database, path, progress);
    const cipher = openCheckedCipher(database, join(directory, 'encryption.key'));
    return new SqlitePersistence(database, path, cipher, lock);
  } catch (error) {
    database?.close();
    lock.close();
    throw error;
  }
}

/**
 * Threads of the data path read from it too, so that it is not locked itself. One that opens or closes it holds a lock for a moment,
 * which a write has to wait for.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: lockWaitMs });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${cacheKib}`);
  return database;
}

/** EXCLUSIVE keeps the file lock for the life of the process; the kernel lets go of it however the process ends. */
function openLocked(path: string, directory: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT;',
    );
    return database;
  } catch (error) {
    database.close();
    if (/locked|busy/i.test(String(error)))
      throw new Error(`the data directory ${directory} is in use by another process`);
    throw new Error(`${path} cannot be opened: ${(error as Error).message}`);
  }
}

/** A value sealed at the first start tells a wrong key at once, not at the first Secret that is needed. */
function openCheckedCipher(database: DatabaseSync, keyPath: string): SecretCipher {
  const check = database.prepare('SELECT key_check FROM store').get()?.['key_check'] as Uint8Array | null;
  const cipher = openSecretCipher(keyPath, check === null);
  if (check === null) {
    prepareWrite(database, 'UPDATE store SET key_check = ?').run(cipher.seal(keyCheckText, 'key check'));
    return cipher;
  }
  try {
    cipher.open(check, 'key check');
  } catch {
    throw new Error(
      `${keyPath} is not the key that the Secrets in this data directory were encrypted with: put the right file back, or start with a new data directory`,
    );
  }
  return cipher;
}

class SqlitePersistence implements ResourcePersistence {
  readonly keys: SqliteVirtualKeys;
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #cipher: SecretCipher;
  readonly #put;
  readonly #remove;
  readonly #setRevision;

  constructor(database: DatabaseSync, path: string, cipher: SecretCipher, lock: DatabaseSync) {
    this.#database = database;
    this.#lock = lock;
    this.#cipher = cipher;
    this.keys = new SqliteVirtualKeys(database, path);
    this.#put = prepareWrite(database, 'INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#remove = prepareWrite(
      database,
      'DELETE FROM object WHERE api_group = ? AND kind = ? AND namespace = ? AND name = ?',
    );
    this.#setRevision = prepareWrite(database, 'UPDATE store SET revision = ?');
  }

  load(): { revision: number; objects: KubeObject[] } {
    const revision = Number(this.#database.prepare('SELECT revision FROM store').get()?.['revision']);
    const rows = this.#database.prepare('SELECT namespace, name, kind, sealed, body FROM object').all();
    const objects = rows.map((row) => {
      const body = row['body'] as Uint8Array;
      const context = `${row['kind']}/${row['namespace']}/${row['name']}`;
      const text = row['sealed'] === 1 ? this.#cipher.open(body, context) : new TextDecoder().decode(body);
      return JSON.parse(text) as KubeObject;
    });
    return { revision, objects };
  }

  save(events: readonly ResourceEvent[]): void {
    try {
      transaction(this.#database, () => {
        for (const event of events)
          if (isVirtualKey(event)) this.keys.save(event);
          else this.#saveEvent(event);
        this.#setRevision.run(events.at(-1)!.revision);
      });
    } finally {
      this.keys.saved();
    }
  }

  close(): void {
    this.keys.close();
    this.#database.close();
    this.#lock.close();
  }

  #saveEvent({ type, group, kind, object, revision }: ResourceEvent): void {
    const { namespace = '', name } = object.metadata;
    if (type === 'DELETED') {
      this.#remove.run(group, kind, namespace, name);
      return;
    }
    const text = JSON.stringify(object);
    const sealed = group === '' && kind === 'Secret';
    const body = sealed
      ? this.#cipher.seal(text, `${kind}/${namespace}/${name}`)
      : new TextEncoder().encode(text);
    this.#put.run(group, kind, namespace, name, revision, sealed ? 1 : 0, body);
  }
}
