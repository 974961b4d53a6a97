/** VirtualKeys as a data path thread finds them: what is used often is kept read, the rest is looked for on disk. */
import { DatabaseSync } from 'node:sqlite';
import type { SharedKey } from '../../core/config/snapshot.ts';
import { KeyMarks } from '../memory/shared-key-marks.ts';
import type { SharedKeys } from '../shared-keys.ts';
import type { StoredKeysHandle } from '../stored-keys.ts';
import { VirtualKeyClaims } from './virtual-key-claims.ts';

/** Keys that a thread keeps read. */
const keptKeys = 20_000;
const cacheKib = 8 * 1_024;

export class SqliteKeyReader implements SharedKeys {
  readonly #database: DatabaseSync;
  readonly #claims: VirtualKeyClaims;
  readonly #marks: KeyMarks;
  readonly #kept = new Map<string, { version: number; key: SharedKey }>();

  constructor({ path, marks }: StoredKeysHandle) {
    this.#database = new DatabaseSync(path, { readOnly: true });
    this.#database.exec(`PRAGMA busy_timeout = 1000; PRAGMA cache_size = -${cacheKib}`);
    this.#claims = new VirtualKeyClaims(this.#database);
    this.#marks = new KeyMarks(marks);
  }

  find(sha256: string): SharedKey | undefined {
    const hash = Buffer.from(sha256, 'hex');
    // Before it is read: what changes meanwhile is read again the next time.
    const version = this.#marks.version(hash);
    const kept = this.#kept.get(sha256);
    if (kept?.version === version) return kept.key;
    if (kept !== undefined) this.#kept.delete(sha256);
    const key = this.#marks.mayBeKnown(hash) ? this.#look(hash) : undefined;
    if (key !== undefined) this.#keep(sha256, version, key);
    return key;
  }

  close(): void {
    this.#database.close();
  }

  /** A change between two reads may hide a key that is there before and after: what was not found is looked for in one moment. */
  #look(hash: Buffer): SharedKey | undefined {
    const found = this.#claims.inForce(hash);
    if (found !== undefined) return found;
    this.#database.exec('BEGIN');
    try {
      return this.#claims.inForce(hash);
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  #keep(sha256: string, version: number, key: SharedKey): void {
    if (this.#kept.size >= keptKeys) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(sha256, { version, key });
  }
}
