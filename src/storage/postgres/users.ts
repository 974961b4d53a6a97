/** Users of several gateways: read at each use, so that one who is disabled is in force nowhere at once. */
import type { StoredUser, Users } from '../users.ts';
import type { PostgresConnection } from './connection.ts';

/** Its schema must be up to date (`migratePostgresSchema`). */
export function openPostgresUsers(connection: PostgresConnection): Users {
  return {
    list: async () => {
      const rows = await connection.run((session) =>
        session.query('SELECT account FROM tollgate.console_user ORDER BY name'),
      );
      return rows.map(userOf);
    },
    find: async (name) => {
      const [row] = await connection.run((session) =>
        session.query('SELECT account FROM tollgate.console_user WHERE name = $1', [name]),
      );
      return row && userOf(row);
    },
    create: async (user) => {
      const { count } = await connection.run((session) =>
        session.query(
          'INSERT INTO tollgate.console_user (name, account) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [user.name, JSON.stringify(user)],
        ),
      );
      return count > 0;
    },
    change: (name, change) =>
      connection.transaction(async (session) => {
        const [row] = await session.query(
          'SELECT account FROM tollgate.console_user WHERE name = $1 FOR UPDATE',
          [name],
        );
        if (row === undefined) return undefined;
        const user = change(userOf(row));
        await session.query('UPDATE tollgate.console_user SET account = $2 WHERE name = $1', [
          name,
          JSON.stringify(user),
        ]);
        return user;
      }),
    delete: async (name) => {
      const { count } = await connection.run((session) =>
        session.query('DELETE FROM tollgate.console_user WHERE name = $1', [name]),
      );
      return count > 0;
    },
  };
}

function userOf(row: Record<string, unknown>): StoredUser {
  return JSON.parse(String(row['account'])) as StoredUser;
}
