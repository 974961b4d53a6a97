/**
 * VirtualKeys of a server, kept on this machine in the tables of the embedded store: a copy that is brought up from where it stopped.
 * The server stays the truth: a copy that it does not recognise is thrown away.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isVirtualKey } from '../resource-pages.ts';
import type { ResourceEvent } from '../resource-store.ts';
import { openDatabase } from './resource-store.ts';
import { migrateResourceSchema } from './resource-store-schema.ts';
import { SweepOfKeys } from './sweep-of-keys.ts';
import { prepareWrite, transaction } from './transaction.ts';
import { SqliteVirtualKeys } from './virtual-keys.ts';

/** A revision of the server, and what it was stamped with: no other server, and no other course of events, has both. */
export interface Position {
  revision: number;
  stamp: string;
}

export interface KeyReplicaOptions {
  /** Of the gateway's data; nobody else may use it. */
  directory: string;
  /** Told why a copy that was there is of no use. */
  onThrownAway: (why: string) => void;
  /** Whether this gateway tells statuses. */
  speaks?: () => boolean;
}

const table = `
  CREATE TABLE IF NOT EXISTS replica (
    one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, stamp TEXT NOT NULL, whole INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO replica VALUES (1, 0, '', 0);
`;

export class KeyReplica {
  readonly #options: KeyReplicaOptions;
  readonly #path: string;
  #opened: Opened;
  #isDrafting = false;

  constructor(options: KeyReplicaOptions) {
    this.#options = options;
    this.#path = join(options.directory, 'keys-replica.db');
    try {
      this.#opened = this.#open();
    } catch (error) {
      options.onThrownAway((error as Error).message);
      this.#remove();
      this.#opened = this.#open();
    }
  }

  /** Made when first asked for: from then on the file stays. */
  get keys(): SqliteVirtualKeys {
    const { database } = this.#opened;
    const { speaks } = this.#options;
    const expected = this.#opened.expected;
    this.#opened.keys ??= new SqliteVirtualKeys(database, this.#path, {
      expected,
      ...(speaks && { speaks }),
    });
    return this.#opened.keys;
  }

  /** Of the server as it was when the copy was begun or brought up; undefined: it is of none yet. */
  get position(): Position | undefined {
    return this.#opened.position;
  }

  /** Whether it is what the server was at `position`: else deletions, and what came after `taken`, may be missing. */
  get isWhole(): boolean {
    return this.#opened.isWhole;
  }

  /** The last revision that is in it. */
  get taken(): number {
    return this.#opened.taken;
  }

  /** With room for so many. Before the first of them. */
  expect(keys: number): void {
    this.#opened.expected = keys;
  }

  /**
   * Takes in what happened, in the order of revisions, in one transaction; durable when it returns. `position`: where the server stood
   * then, when nothing before is missing; without it, `upTo` is the last revision that is in it then.
   */
  take(events: readonly ResourceEvent[], position: Position | undefined, upTo = position?.revision): void {
    const { keys } = this;
    const { database, statements } = this.#opened;
    const taken = Math.max(this.taken, events.at(-1)?.revision ?? 0, upTo ?? 0);
    try {
      transaction(database, () => {
        for (const event of events) if (isVirtualKey(event)) keys.save(event);
        statements.setTaken.run(taken);
        if (position !== undefined) statements.setPosition.run(position.revision, position.stamp, 1);
      });
    } catch (error) {
      keys.forget();
      throw error;
    }
    keys.saved();
    this.#opened.taken = taken;
    if (position === undefined) return;
    this.#stand(position, true);
    this.#opened.isTrusted = true;
  }

  /** False: a key may be another one than the server's of the same revision. */
  get isTrusted(): boolean {
    return this.#opened.isTrusted;
  }

  /** It is about to be made, or made whole, from what the server is at or after `position`. */
  begin(position: Position): void {
    if (this.isTrusted) this.#opened.statements.setPosition.run(position.revision, position.stamp, 0);
    this.#stand(position, false);
  }

  /**
   * The server does not recognise it. Once `keys` are in use what is in it stays in force until it was compared; until then the file is of
   * no use to a next start.
   */
  throwAway(why: string): void {
    this.#options.onThrownAway(why);
    if (this.#opened.keys === undefined) {
      this.#opened.database.close();
      this.#remove();
      this.#opened = this.#open();
      return;
    }
    const { database, statements } = this.#opened;
    transaction(database, () => {
      statements.setPosition.run(0, '', 0);
      statements.setTaken.run(0);
    });
    const nothing = { position: undefined, isWhole: false, isTrusted: false, taken: 0 };
    this.#opened = { ...this.#opened, ...nothing };
  }

  /** Keys that are in it and that the server is not found to have. */
  sweep(): SweepOfKeys {
    return new SweepOfKeys(this.#opened.database);
  }

  /** Until `undo`, `keys` are as if this had happened too. */
  draft(events: readonly ResourceEvent[]): void {
    const { keys } = this;
    if (!this.#isDrafting) this.#opened.database.exec('BEGIN IMMEDIATE');
    this.#isDrafting = true;
    for (const event of events) if (isVirtualKey(event)) keys.save(event);
  }

  undo(): void {
    if (!this.#isDrafting) return;
    this.#isDrafting = false;
    this.keys.forget();
    this.#opened.database.exec('ROLLBACK');
  }

  /** True when `error` tells that the file is damaged: then nothing of it is left for a next start; who has it open reads on. */
  isDamagedBy(error: unknown): boolean {
    const code = Number((error as { errcode?: unknown }).errcode) & 0xff;
    if (code !== corrupt && code !== notDatabase) return false;
    this.#options.onThrownAway((error as Error).message);
    this.#remove();
    return true;
  }

  close(): void {
    this.#opened.keys?.close();
    if (this.#opened.database.isOpen) this.#opened.database.close();
  }

  #stand(position: Position, isWhole: boolean): void {
    this.#opened = { ...this.#opened, position, isWhole };
  }

  #open(): Opened {
    const database = openDatabase(this.#path);
    try {
      migrateResourceSchema(database, this.#path);
      database.exec(table);
      const statements = statementsOf(database);
      const row = database
        .prepare('SELECT replica.*, store.revision AS taken, keys FROM replica, store, virtual_keys')
        .get() as unknown as Row;
      const { revision, stamp, whole, taken, keys } = row;
      const position = stamp === '' ? undefined : { revision, stamp };
      if (position === undefined && keys > 0) throw new Error('it was given up before');
      const state = { position, taken, isWhole: whole === 1, isTrusted: true };
      return { database, statements, ...state, keys: undefined, expected: 0 };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #remove(): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
  }
}

const corrupt = 11;
const notDatabase = 26;

interface Row {
  revision: number;
  stamp: string;
  whole: number;
  taken: number;
  keys: number;
}

interface Opened {
  database: DatabaseSync;
  statements: ReturnType<typeof statementsOf>;
  position: Position | undefined;
  taken: number;
  isWhole: boolean;
  isTrusted: boolean;
  keys: SqliteVirtualKeys | undefined;
  expected: number;
}

function statementsOf(database: DatabaseSync) {
  return {
    setTaken: prepareWrite(database, 'UPDATE store SET revision = ?'),
    setPosition: prepareWrite(database, 'UPDATE replica SET revision = ?, stamp = ?, whole = ?'),
  };
}
