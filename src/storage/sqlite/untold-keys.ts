/** VirtualKeys whose statuses may be others: remembered with what made them so, until it is told. */
import type { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';
import type { UntoldKey } from '../stored-keys.ts';
import { prepareWrite, transaction } from './transaction.ts';

export class UntoldKeys {
  readonly #database: DatabaseSync;
  readonly #speaks: () => boolean;
  readonly #statements;

  /** `speaks`: whether this process tells statuses; while it does not, there is nothing to tell and all is remembered. */
  constructor(database: DatabaseSync, speaks: () => boolean) {
    this.#speaks = speaks;
    const write = (sql: string) => prepareWrite(database, sql);
    this.#database = database;
    this.#statements = {
      untold: database.prepare(
        'SELECT u.id, u.revision, v.body FROM virtual_key_untold AS u JOIN virtual_key AS v ON v.id = u.id ORDER BY u.id DESC LIMIT ?',
      ),
      told: write('DELETE FROM virtual_key_untold WHERE id = ? AND revision = ?'),
      untell: write(
        'INSERT OR REPLACE INTO virtual_key_untold SELECT id, (SELECT revision FROM store) FROM virtual_key WHERE namespace = ? AND name = ?',
      ),
      untellNaming: write(
        'INSERT OR REPLACE INTO virtual_key_untold SELECT id, (SELECT revision FROM store) FROM virtual_key_target WHERE place = ?',
      ),
      gateways: database.prepare('SELECT gateways FROM virtual_keys'),
      setGateways: write('UPDATE virtual_keys SET gateways = ?'),
    };
  }

  untold(limit: number): UntoldKey[] {
    if (!this.#speaks()) return [];
    return this.#statements.untold.all(limit).map(({ id, revision, body }) => ({
      object: JSON.parse(body as string) as KubeObject,
      mark: { id: Number(id), revision: Number(revision) },
    }));
  }

  told(keys: readonly UntoldKey[]): void {
    if (keys.length === 0 || !this.#speaks()) return;
    transaction(this.#database, () => {
      for (const { mark } of keys) this.#statements.told.run(mark.id, mark.revision);
    });
  }

  untell({ namespace, name }: { namespace: string; name: string }): void {
    this.#statements.untell.run(namespace, name);
  }

  gatewaysAre(names: readonly string[]): void {
    const now = [...names].sort();
    const text = JSON.stringify(now);
    const before = String(this.#statements.gateways.get()!['gateways']);
    if (text === before) return;
    const known = JSON.parse(before) as string[];
    const came = now.filter((name) => !known.includes(name));
    const changed = [...came, ...known.filter((name) => !now.includes(name))];
    transaction(this.#database, () => {
      for (const place of changed) this.#statements.untellNaming.run(place);
      this.#statements.setGateways.run(text);
    });
  }
}
