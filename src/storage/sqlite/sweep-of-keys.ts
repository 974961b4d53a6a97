/** Finds out which VirtualKeys are gone: those that nobody has named when all that there are have been. */
import type { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';

const atOnce = 500;

export class SweepOfKeys {
  readonly #database: DatabaseSync;
  readonly #id;
  readonly #last: number;
  /** A bit for each row. */
  readonly #named: Uint8Array;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#id = database.prepare('SELECT id FROM virtual_key WHERE namespace = ? AND name = ?');
    this.#last = Number(database.prepare('SELECT max(id) AS last FROM virtual_key').get()!['last'] ?? 0);
    this.#named = new Uint8Array((this.#last >> 3) + 1);
  }

  /** It is there. */
  name(namespace: string, name: string): void {
    const id = this.#id.get(namespace, name)?.['id'];
    if (id !== undefined && Number(id) <= this.#last) this.#named[Number(id) >> 3]! |= 1 << (Number(id) & 7);
  }

  /** Of those that were there when it began, bit by bit; they may be removed meanwhile. */
  *unnamed(): Iterable<KubeObject[]> {
    const page = this.#database.prepare(
      'SELECT id FROM virtual_key WHERE id > ? AND id <= ? ORDER BY id LIMIT 10000',
    );
    const body = this.#database.prepare('SELECT body FROM virtual_key WHERE id = ?');
    let found: KubeObject[] = [];
    for (let after = 0; ; ) {
      const ids = page.all(after, this.#last).map(({ id }) => Number(id));
      for (const id of ids) {
        if ((this.#named[id >> 3]! & (1 << (id & 7))) !== 0) continue;
        found.push(JSON.parse(body.get(id)!['body'] as string) as KubeObject);
        if (found.length === atOnce) yield found;
        if (found.length === atOnce) found = [];
      }
      if (ids.length === 0) break;
      after = ids.at(-1)!;
    }
    if (found.length > 0) yield found;
  }
}
