/** What a data directory holds goes to Postgres once: all of it in one transaction, however much it is. */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../core/resources/object.ts';
import { groupOf } from '../../core/resources/object-ref.ts';
import { nowAndThen, type Progress } from '../progress.ts';
import type { PostgresConnection } from './connection.ts';
import { copyRow } from './copy-text.ts';
import type { ResourceRows } from './resource-rows.ts';

const rowsAtOnce = 200;
const copyMs = 3_600_000;

export interface Inherited {
  count: number;
  objects: Iterable<KubeObject>;
}

/** `inherited` is asked for objects when the database has never had any. */
export async function copyResources(
  connection: PostgresConnection,
  rows: ResourceRows,
  inherited: () => Inherited | undefined,
  progress: Progress = () => {},
): Promise<void> {
  if ((await connection.run((session) => rows.position(session))).revision > 0) return;
  const given = inherited();
  if (given === undefined || given.count === 0) return;
  const tell = nowAndThen(progress, () => performance.now());
  await connection.transaction(async (session) => {
    await session.query('SET LOCAL statement_timeout = 0');
    // Another gateway may have been quicker.
    if ((await rows.lock(session)).revision > 0) return;
    let revision = 0;
    const pieces = function* (): Iterable<string> {
      let piece: string[] = [];
      for (const object of given.objects) {
        const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } };
        const row = rows.rowOf(next, groupOf(object), revision);
        piece.push(copyRow(row.map((value) => (typeof value === 'boolean' ? String(value) : value))));
        if (piece.length < rowsAtOnce) continue;
        yield piece.join('');
        piece = [];
        tell(revision, given.count);
      }
      if (piece.length > 0) yield piece.join('');
    };
    await session.copy('COPY tollgate.resource FROM STDIN', pieces());
    await session.query('UPDATE tollgate.resource_store SET revision = $1', [revision]);
    await session.query('INSERT INTO tollgate.resource_stamp VALUES ($1, $2)', [revision, randomUUID()]);
  }, copyMs);
}
