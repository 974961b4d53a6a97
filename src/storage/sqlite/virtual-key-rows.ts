/** Writes VirtualKeys with what they are found by, in the transaction of whoever writes them. */
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { acceptedOf, factsOf, type KeyFacts, keyStates } from '../../core/config/key-facts.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { prepareWrite } from './transaction.ts';

type Value = string | number | Uint8Array | null;

const insert = `
  INSERT INTO virtual_key (
    namespace, name, created, hash, previous, grace, issued, state, expires, owner, team, last_used, entry, text, body
  ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const update = `
  UPDATE virtual_key SET
    created = ?, hash = ?, previous = ?, grace = ?, issued = ?, state = ?, expires = ?, owner = ?, team = ?,
    last_used = ?, entry = ?, text = ?, body = ?
  WHERE id = ?`;

export class VirtualKeyRows {
  readonly #statements;
  readonly #speaks: () => boolean;
  /** Values that may be another key's since, or nobody's. Lower-case hex. */
  #changed = new Set<string>();
  #opensOthers = false;
  #revision = 0;

  /** `speaks`: whether this process tells statuses. */
  constructor(database: DatabaseSync, speaks: () => boolean = () => true) {
    this.#speaks = speaks;
    this.#statements = statementsOf(database);
  }

  /** `revision` is that of the change. */
  put(object: KubeObject, previous: KubeObject | undefined, revision: number): void {
    this.#revision = revision;
    const facts = factsOf(object);
    const before = previous && factsOf(previous);
    if (before === undefined) this.#insert(object, facts);
    else if (sameMeaning(before, facts) && generationOf(object) === generationOf(previous!))
      this.#writeTold(object, facts);
    else this.#update(object, facts, before);
  }

  remove(object: KubeObject, revision: number): void {
    this.#revision = revision;
    const facts = factsOf(object);
    const { removeRow, removeText, removeUntold } = this.#statements;
    const id = this.#idOf(object);
    removeRow.run(id);
    removeText.run(id);
    removeUntold.run(id);
    this.#statements.count.run(-1);
    this.#place(facts, id, -1);
    this.#touch(id, [facts]);
  }

  /** Once, after the transaction. */
  take(): { hashes: ReadonlySet<string>; opensOthers: boolean } {
    const taken = { hashes: this.#changed, opensOthers: this.#opensOthers };
    this.#changed = new Set();
    this.#opensOthers = false;
    return taken;
  }

  #insert(object: KubeObject, facts: KeyFacts): void {
    const { namespace, name } = object.metadata;
    const done = this.#statements.insert.run(namespace!, name, ...columnsOf(object, facts));
    const id = Number(done.lastInsertRowid);
    this.#statements.insertText.run(id, facts.text);
    this.#statements.count.run(1);
    this.#place(facts, id, 1);
    const meets = this.#touch(id, [facts]);
    if (meets || !isTold(object)) this.#statements.addUntold.run(id, this.#revision);
  }

  #update(object: KubeObject, facts: KeyFacts, before: KeyFacts): void {
    const id = this.#idOf(object);
    this.#statements.update.run(...columnsOf(object, facts), id);
    if (before.text !== facts.text) {
      this.#statements.removeText.run(id);
      this.#statements.insertText.run(id, facts.text);
    }
    if (!isDeepStrictEqual(before.places, facts.places)) {
      this.#place(before, id, -1);
      this.#place(facts, id, 1);
    }
    this.#touch(id, [before, facts]);
    this.#statements.addUntold.run(id, this.#revision);
  }

  /** What was told of a key and when it was used changes nothing of what it means. */
  #writeTold(object: KubeObject, { state, lastUsedMs }: KeyFacts): void {
    const { namespace, name } = object.metadata;
    const told = [keyStates.indexOf(state), lastUsedMs, JSON.stringify(object)];
    this.#statements.writeTold.run(...told, namespace!, name);
    // Whoever speaks knows what it has told of; all others learn it from here.
    if (!this.#speaks() && isTold(object)) this.#statements.removeUntold.run(this.#idOf(object));
  }

  #idOf({ metadata }: KubeObject): number {
    return Number(this.#statements.id.get(metadata.namespace!, metadata.name)!['id']);
  }

  #place({ places }: KeyFacts, id: number, by: 1 | -1): void {
    const { open, closeUnused, addTarget, removeTarget } = this.#statements;
    for (const place of places) {
      const keys = Number(open.get(place, by)!['keys']);
      if (keys === 0) closeUnused.run(place);
      if (keys === 0 || (keys === 1 && by === 1)) this.#opensOthers = true;
      if (place.includes('/')) (by === 1 ? addTarget : removeTarget).run(place, id);
    }
  }

  /** Whoever has a value in common with what a key was or is: its status, and who holds its values. True when there are such. */
  #touch(id: number, all: readonly KeyFacts[]): boolean {
    let meets = false;
    for (const { hash, previousHash } of all) {
      for (const own of [hash, previousHash]) {
        if (own === undefined) continue;
        this.#changed.add(own);
        const bytes = Buffer.from(own, 'hex');
        for (const other of this.#statements.claimants.all(bytes, bytes)) {
          if (other['id'] === id) continue;
          meets = true;
          this.#statements.addUntold.run(other['id'] as number, this.#revision);
          for (const value of [other['hash'], other['previous']])
            if (value !== null) this.#changed.add(Buffer.from(value as Uint8Array).toString('hex'));
        }
      }
    }
    return meets;
  }
}

function statementsOf(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const write = (sql: string) => prepareWrite(database, sql);
  return {
    insert: write(insert),
    update: write(update),
    writeTold: write(
      'UPDATE virtual_key SET state = ?, last_used = ?, body = ? WHERE namespace = ? AND name = ?',
    ),
    id: prepare('SELECT id FROM virtual_key WHERE namespace = ? AND name = ?'),
    removeRow: write('DELETE FROM virtual_key WHERE id = ?'),
    insertText: write('INSERT INTO virtual_key_text (rowid, text) VALUES (?, ?)'),
    removeText: write('DELETE FROM virtual_key_text WHERE rowid = ?'),
    count: write('UPDATE virtual_keys SET keys = keys + ?'),
    open: prepare(
      `INSERT INTO virtual_key_opened VALUES (?1, ?2) ON CONFLICT (place) DO UPDATE SET keys = keys + ?2 RETURNING keys`,
    ),
    closeUnused: write('DELETE FROM virtual_key_opened WHERE place = ?'),
    addTarget: write('INSERT OR IGNORE INTO virtual_key_target VALUES (?, ?)'),
    removeTarget: write('DELETE FROM virtual_key_target WHERE place = ? AND id = ?'),
    addUntold: write('INSERT OR REPLACE INTO virtual_key_untold VALUES (?, ?)'),
    removeUntold: write('DELETE FROM virtual_key_untold WHERE id = ?'),
    claimants: prepare(
      'SELECT id, hash, previous FROM virtual_key WHERE hash = ? UNION SELECT id, hash, previous FROM virtual_key WHERE previous = ?',
    ),
  };
}

function columnsOf(object: KubeObject, facts: KeyFacts): Value[] {
  const { hash, previousHash, graceMs, issued, state, expiresMs, team, entry } = facts;
  const bytes = (hex: string | undefined) => (hex === undefined ? null : Buffer.from(hex, 'hex'));
  return [
    facts.created,
    bytes(hash),
    bytes(previousHash),
    graceMs ?? null,
    issued ? 1 : 0,
    keyStates.indexOf(state),
    expiresMs ?? null,
    facts.owner,
    team ?? null,
    facts.lastUsedMs,
    entry === undefined ? null : JSON.stringify(entry),
    facts.text,
    JSON.stringify(object),
  ];
}

function sameMeaning(a: KeyFacts, b: KeyFacts): boolean {
  return isDeepStrictEqual({ ...a, state: '', lastUsedMs: 0 }, { ...b, state: '', lastUsedMs: 0 });
}

const generationOf = ({ metadata }: KubeObject) => metadata.generation ?? 1;

function isTold(object: KubeObject): boolean {
  return acceptedOf(object)?.observedGeneration === generationOf(object);
}
