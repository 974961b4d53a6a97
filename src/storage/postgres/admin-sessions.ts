/** Sessions and login codes of several gateways: read at each use, so that one that was ended is in force nowhere at once. */
import { type AdminSessions, maxSessions, type StoredSession } from '../admin-sessions.ts';
import type { PostgresConnection } from './connection.ts';

/** Its schema must be up to date (`migratePostgresSchema`). */
export function openPostgresAdminSessions(connection: PostgresConnection): AdminSessions {
  return {
    begin: (session, nowMs) =>
      connection.transaction(async (server) => {
        await server.query(
          'INSERT INTO tollgate.admin_session (id, expires_at, session) VALUES ($1, $2, $3)',
          [session.id, session.expiresAtMs, JSON.stringify(session)],
        );
        await server.query(
          `DELETE FROM tollgate.admin_session WHERE expires_at <= $1
             OR id IN (SELECT id FROM tollgate.admin_session ORDER BY begun DESC OFFSET ${maxSessions})`,
          [nowMs],
        );
      }),
    find: async (id) => {
      const [row] = await connection.run((server) =>
        server.query('SELECT session FROM tollgate.admin_session WHERE id = $1', [id]),
      );
      return row && (JSON.parse(String(row['session'])) as StoredSession);
    },
    end: async (id) => {
      await connection.run((server) =>
        server.query('DELETE FROM tollgate.admin_session WHERE id = $1', [id]),
      );
    },
    addCode: (hash, expiresAtMs, nowMs) =>
      connection.run(async (server) => {
        await server.query('DELETE FROM tollgate.login_code WHERE expires_at <= $1', [nowMs]);
        await server.query('INSERT INTO tollgate.login_code VALUES ($1, $2)', [hash, expiresAtMs]);
      }),
    takeCode: async (hash) => {
      const [row] = await connection.run((server) =>
        server.query('DELETE FROM tollgate.login_code WHERE hash = $1 RETURNING expires_at', [hash]),
      );
      return row && Number(row['expires_at']);
    },
  };
}
