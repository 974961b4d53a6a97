/** Resources as rows: what is read and written in one transaction each. */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceEvent } from '../resource-store.ts';
import type { Position } from '../sqlite/key-replica.ts';
import type { SecretCipher } from '../sqlite/secret-encryption.ts';
import type { Session, Value } from './session.ts';

/** Changes kept for replicas and watches that follow; trimmed now and then. */
const keptChanges = 8_192;
/** Who was away for more than so many revisions is not known any more. */
const keptStamps = 1_000_000;
const trimEvery = 512;
/** A statement takes at most 65,535 parameters. */
const rowsAtOnce = 1_000;

/** A change that another replica, or this one, made; `object` of a deletion is its last state. */
export interface StoredChange extends Pick<ResourceEvent, 'type' | 'revision' | 'group' | 'kind'> {
  object: KubeObject;
  /** Of the last change of a transaction: what it was stamped with. */
  stamp?: string;
}

export class ResourceRows {
  readonly #cipher: SecretCipher;

  constructor(cipher: SecretCipher) {
    this.#cipher = cipher;
  }

  /** Where the store is; stamped, should a former release have written last. */
  async position(session: Session): Promise<Position> {
    for (;;) {
      const [row] = await session.query(
        'SELECT revision, stamp FROM tollgate.resource_store LEFT JOIN tollgate.resource_stamp USING (revision)',
      );
      if (row?.['stamp'] !== null)
        return { revision: Number(row?.['revision']), stamp: String(row?.['stamp']) };
      await session.query('INSERT INTO tollgate.resource_stamp VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        Number(row['revision']),
        randomUUID(),
      ]);
    }
  }

  /** The position, which nobody else can move until the transaction ends. */
  async lock(session: Session): Promise<Position> {
    await session.query('SELECT 1 FROM tollgate.resource_store FOR UPDATE');
    return this.position(session);
  }

  /** Whether the store has been there. */
  async knows(session: Session, { revision, stamp }: Position): Promise<boolean> {
    const [row] = await session.query('SELECT stamp FROM tollgate.resource_stamp WHERE revision = $1', [
      revision,
    ]);
    return row?.['stamp'] === stamp;
  }

  /** All but VirtualKeys. */
  async others(session: Session): Promise<KubeObject[]> {
    const columns = 'SELECT kind, namespace, name, sealed, body FROM tollgate.resource';
    const rows = await session.query(
      `${columns} WHERE (api_group, kind) < ('tollgate.dev', 'VirtualKey')
       UNION ALL ${columns} WHERE (api_group, kind) > ('tollgate.dev', 'VirtualKey')`,
    );
    return rows.map((row) => this.#objectOf(row));
  }

  /** Undefined when some of them are no longer kept. */
  async changesSince(session: Session, revision: number): Promise<StoredChange[] | undefined> {
    const rows = await session.query(
      `SELECT * FROM tollgate.resource_change LEFT JOIN tollgate.resource_stamp USING (revision)
       WHERE revision > $1 ORDER BY revision`,
      [revision],
    );
    if (rows.length > 0 && Number(rows[0]!['revision']) !== revision + 1) return undefined;
    return rows.map((row) => ({
      type: row['type'] as ResourceEvent['type'],
      revision: Number(row['revision']),
      group: String(row['api_group']),
      kind: String(row['kind']),
      object: this.#objectOf(row),
      ...(row['stamp'] !== null && { stamp: String(row['stamp']) }),
    }));
  }

  /** Where it is then; undefined, and nothing is written, when the store is not at `known` any more. */
  async save(
    session: Session,
    known: Position,
    events: readonly ResourceEvent[],
  ): Promise<Position | undefined> {
    const position = { revision: events.at(-1)!.revision, stamp: randomUUID() };
    const last = position.revision;
    const { count } = await session.query(
      `WITH moved AS (
         UPDATE tollgate.resource_store SET revision = $1 WHERE revision = $2
         AND EXISTS (SELECT 1 FROM tollgate.resource_stamp WHERE revision = $2 AND stamp = $3) RETURNING revision
       ) INSERT INTO tollgate.resource_stamp SELECT revision, $4 FROM moved`,
      [last, known.revision, known.stamp, position.stamp],
    );
    if (count === 0) return undefined;
    for (let first = 0; first < events.length; first += rowsAtOnce)
      await this.#saveEvents(session, events.slice(first, first + rowsAtOnce));
    if (Math.floor(last / trimEvery) !== Math.floor(known.revision / trimEvery)) await trim(session, last);
    return position;
  }

  /** The columns of `tollgate.resource`. */
  rowOf(object: KubeObject, group: string, revision: number): Value[] {
    const { kind } = object;
    const { namespace = '', name } = object.metadata;
    const text = JSON.stringify(object);
    const sealed = group === '' && kind === 'Secret';
    const body = sealed
      ? Buffer.from(this.#cipher.seal(text, `${kind}/${namespace}/${name}`)).toString('base64')
      : text;
    return [group, kind, namespace, name, revision, sealed, body];
  }

  async #saveEvents(session: Session, events: readonly ResourceEvent[]): Promise<void> {
    const rows = events.map(({ type, revision, group, object }) => {
      const row = this.rowOf(object, group, revision);
      const [, kind, namespace, name, , sealed, body] = row as [
        Value,
        Value,
        Value,
        Value,
        Value,
        Value,
        Value,
      ];
      return { type, row, change: [revision, type, group, kind, namespace, name, sealed, body] };
    });
    const insert = `INSERT INTO tollgate.resource_change VALUES ${places(rows.map(({ change }) => change))}`;
    await session.query(
      insert,
      rows.flatMap(({ change }) => change),
    );
    // An object that one transaction writes twice is there once.
    const lastOf = [...new Map(rows.map((one) => [one.row.slice(0, 4).join('\0'), one])).values()];
    const gone = lastOf.filter(({ type }) => type === 'DELETED').map(({ row }) => row.slice(0, 4));
    if (gone.length > 0)
      await session.query(
        `DELETE FROM tollgate.resource WHERE (api_group, kind, namespace, name) IN (${places(gone)})`,
        gone.flat(),
      );
    const put = lastOf.filter(({ type }) => type !== 'DELETED').map(({ row }) => row);
    if (put.length > 0)
      await session.query(
        `INSERT INTO tollgate.resource VALUES ${places(put)}
         ON CONFLICT (api_group, kind, namespace, name)
         DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed, body = excluded.body`,
        put.flat(),
      );
  }

  #objectOf(row: Record<string, unknown>): KubeObject {
    const body = String(row['body']);
    const context = `${row['kind']}/${row['namespace']}/${row['name']}`;
    const text = row['sealed'] === true ? this.#cipher.open(Buffer.from(body, 'base64'), context) : body;
    return JSON.parse(text) as KubeObject;
  }
}

async function trim(session: Session, last: number): Promise<void> {
  await session.query('DELETE FROM tollgate.resource_change WHERE revision <= $1', [last - keptChanges]);
  await session.query('DELETE FROM tollgate.resource_stamp WHERE revision <= $1', [last - keptStamps]);
}

function places(rows: readonly (readonly unknown[])[]): string {
  let next = 1;
  return rows.map((values) => `(${values.map(() => `$${next++}`)})`).join();
}
