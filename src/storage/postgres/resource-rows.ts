/** Resources as rows: what is read and written in one transaction each. */
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceEvent } from '../resource-store.ts';
import type { SecretCipher } from '../sqlite/secret-encryption.ts';
import type { Session, Value } from './session.ts';

/** Changes kept for replicas and watches that follow; trimmed now and then. */
const keptChanges = 8_192;
const trimEvery = 512;
/** A statement takes at most 65,535 parameters. */
const rowsAtOnce = 1_000;

/** A change that another replica, or this one, made; `object` of a deletion is its last state. */
export interface StoredChange extends Pick<ResourceEvent, 'type' | 'revision' | 'group' | 'kind'> {
  object: KubeObject;
}

export class ResourceRows {
  readonly #cipher: SecretCipher;

  constructor(cipher: SecretCipher) {
    this.#cipher = cipher;
  }

  async revision(session: Session): Promise<number> {
    const [row] = await session.query('SELECT revision FROM tollgate.resource_store');
    return Number(row?.['revision']);
  }

  /** The revision, which nobody else can move until the transaction ends. */
  async lock(session: Session): Promise<number> {
    const [row] = await session.query('SELECT revision FROM tollgate.resource_store FOR UPDATE');
    return Number(row?.['revision']);
  }

  /** All of one moment. */
  async load(session: Session): Promise<{ revision: number; objects: KubeObject[] }> {
    await session.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const revision = await this.revision(session);
    const rows = await session.query('SELECT kind, namespace, name, sealed, body FROM tollgate.resource');
    return { revision, objects: rows.map((row) => this.#objectOf(row)) };
  }

  /** Undefined when some of them are no longer kept. */
  async changesSince(session: Session, revision: number): Promise<StoredChange[] | undefined> {
    const rows = await session.query(
      `SELECT * FROM tollgate.resource_change WHERE revision > $1 ORDER BY revision`,
      [revision],
    );
    if (rows.length > 0 && Number(rows[0]!['revision']) !== revision + 1) return undefined;
    return rows.map((row) => ({
      type: row['type'] as ResourceEvent['type'],
      revision: Number(row['revision']),
      group: String(row['api_group']),
      kind: String(row['kind']),
      object: this.#objectOf(row),
    }));
  }

  /** False, and nothing is written, when the store has moved on from `revision`. */
  async save(session: Session, revision: number, events: readonly ResourceEvent[]): Promise<boolean> {
    const last = events.at(-1)!.revision;
    const { count } = await session.query(
      'UPDATE tollgate.resource_store SET revision = $1 WHERE revision = $2',
      [last, revision],
    );
    if (count === 0) return false;
    for (let first = 0; first < events.length; first += rowsAtOnce)
      await this.#saveEvents(session, events.slice(first, first + rowsAtOnce));
    if (Math.floor(last / trimEvery) !== Math.floor(revision / trimEvery))
      await session.query('DELETE FROM tollgate.resource_change WHERE revision <= $1', [last - keptChanges]);
    return true;
  }

  async #saveEvents(session: Session, events: readonly ResourceEvent[]): Promise<void> {
    const rows = events.map((event) => this.#rowOf(event));
    await session.query(
      `INSERT INTO tollgate.resource_change VALUES ${places(rows)}`,
      rows.flatMap(({ values }) => values),
    );
    // An object that one transaction writes twice is there once.
    const lastOf = new Map(rows.map((row) => [row.values.slice(2, 6).join('\0'), row]));
    for (const { type, values } of lastOf.values()) {
      const [revision, , group, kind, namespace, name, sealed, body] = values as [
        number,
        string,
        string,
        string,
        string,
        string,
        boolean,
        string,
      ];
      if (type === 'DELETED')
        await session.query(
          'DELETE FROM tollgate.resource WHERE api_group = $1 AND kind = $2 AND namespace = $3 AND name = $4',
          [group, kind, namespace, name],
        );
      else
        await session.query(
          `INSERT INTO tollgate.resource VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (api_group, kind, namespace, name)
           DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed, body = excluded.body`,
          [group, kind, namespace, name, revision, sealed, body],
        );
    }
  }

  #rowOf({ type, revision, group, kind, object }: ResourceEvent): { type: string; values: Value[] } {
    const { namespace = '', name } = object.metadata;
    const text = JSON.stringify(object);
    const sealed = group === '' && kind === 'Secret';
    const body = sealed
      ? Buffer.from(this.#cipher.seal(text, `${kind}/${namespace}/${name}`)).toString('base64')
      : text;
    return { type, values: [revision, type, group, kind, namespace, name, sealed, body] };
  }

  #objectOf(row: Record<string, unknown>): KubeObject {
    const body = String(row['body']);
    const context = `${row['kind']}/${row['namespace']}/${row['name']}`;
    const text = row['sealed'] === true ? this.#cipher.open(Buffer.from(body, 'base64'), context) : body;
    return JSON.parse(text) as KubeObject;
  }
}

function places(rows: readonly { values: readonly unknown[] }[]): string {
  let next = 1;
  return rows.map(({ values }) => `(${values.map(() => `$${next++}`)})`).join();
}
