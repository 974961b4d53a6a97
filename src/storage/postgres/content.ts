/** Contents of recorded calls that several gateways share; they read each other's where they have the same encryption key. */
import type { ContentStore } from '../content.ts';
import { contentSeal, extentOf, openContent } from '../sqlite/content.ts';
import type { SecretCipher } from '../sqlite/secret-encryption.ts';
import type { PostgresConnection } from './connection.ts';
import { storable } from './copy-text.ts';
import type { Value } from './session.ts';

/** The schema must be up to date (`migratePostgresSchema`); `connection` stays open when the store is closed. */
export function openPostgresContent(connection: PostgresConnection, cipher: SecretCipher): ContentStore {
  const changed = async (text: string, values: readonly Value[]) =>
    (await connection.run((session) => session.query(text, values))).count;
  return {
    append: async (contents) => {
      if (contents.length === 0) return;
      const values: Value[] = [];
      const rows = contents.map(({ id, startedAtMs, key, user, content }) => {
        const sealed = Buffer.from(cipher.seal(JSON.stringify(content), contentSeal(id))).toString('base64');
        const row = [id, Math.floor(startedAtMs), storable(key), storable(user), sealed];
        return `(${row.map((value) => `$${values.push(value)}`).join()})`;
      });
      await changed(
        `INSERT INTO tollgate.content (id, started, key, "user", sealed) VALUES ${rows.join()} ON CONFLICT (id) DO NOTHING`,
        values,
      );
    },
    get: async (id) => {
      const [row] = await connection.run((session) =>
        session.query('SELECT * FROM tollgate.content WHERE id = $1', [storable(id)]),
      );
      if (row === undefined) return undefined;
      if (row['sealed'] === null)
        return { state: 'deleted', atMs: Number(row['deleted_at']), by: String(row['deleted_by']) };
      return openContent(cipher, id, Buffer.from(String(row['sealed']), 'base64'));
    },
    delete: (which, by, atMs) => {
      const [column, value] = Object.entries(which)[0] as [string, string];
      return changed(
        `UPDATE tollgate.content SET sealed = NULL, deleted_at = $1, deleted_by = $2 WHERE "${column}" = $3 AND sealed IS NOT NULL`,
        [Math.floor(atMs), storable(by), storable(value)],
      );
    },
    prune: (beforeMs, atMost) =>
      changed(
        'DELETE FROM tollgate.content WHERE id IN (SELECT id FROM tollgate.content WHERE started < $1 ORDER BY started LIMIT $2)',
        [Math.ceil(beforeMs), atMost],
      ),
    extent: async (beforeMs) => {
      const [row] = await connection.run((session) =>
        session.query(
          `SELECT count(*) AS contents, min(started) AS oldest, count(*) FILTER (WHERE started < $1) AS older,
             pg_total_relation_size('tollgate.content') AS bytes
           FROM tollgate.content WHERE sealed IS NOT NULL`,
          [Math.ceil(beforeMs ?? 0)],
        ),
      );
      return extentOf(row!, beforeMs);
    },
    close: () => undefined,
  };
}
