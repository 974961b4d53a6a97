/** VirtualKeys as rows, as copies of them are brought up: in the order in which they were written last. */
import type { KubeObject } from '../../core/resources/object.ts';
import type { Position } from '../sqlite/key-replica.ts';
import type { Session } from './session.ts';

const ofKeys = "tollgate.resource WHERE api_group = 'tollgate.dev' AND kind = 'VirtualKey'";

/** Written after `revision`; the oldest first. */
export async function keysAfter(session: Session, revision: number, limit: number): Promise<KubeObject[]> {
  const rows = await session.query(
    `SELECT body FROM ${ofKeys} AND revision > $1 ORDER BY revision LIMIT ${limit}`,
    [revision],
  );
  return rows.map(({ body }) => JSON.parse(String(body)) as KubeObject);
}

/** All of one moment: how many keys there are, and which revision wrote the last of them. */
export async function keysAt(
  session: Session,
): Promise<{ position: Position | undefined; keys: number; last: number }> {
  const [row] = await session.query(
    `SELECT s.revision, t.stamp, (SELECT count(*) FROM ${ofKeys}) AS keys, (SELECT max(revision) FROM ${ofKeys}) AS last
     FROM tollgate.resource_store AS s LEFT JOIN tollgate.resource_stamp AS t USING (revision)`,
  );
  const { revision, stamp, keys, last } = row!;
  return {
    position: stamp === null ? undefined : { revision: Number(revision), stamp: String(stamp) },
    keys: Number(keys),
    last: Number(last ?? 0),
  };
}

export async function namesAfter(
  session: Session,
  { namespace, name }: { namespace: string; name: string },
  limit: number,
): Promise<{ namespace: string; name: string }[]> {
  const rows = await session.query(
    `SELECT namespace, name FROM ${ofKeys} AND (namespace, name) > ($1, $2) ORDER BY namespace, name LIMIT ${limit}`,
    [namespace, name],
  );
  return rows.map((row) => ({ namespace: String(row['namespace']), name: String(row['name']) }));
}
