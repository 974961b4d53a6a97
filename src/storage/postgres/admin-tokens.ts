/** Named admin tokens of several gateways: read at each use, so that a deleted one is in force nowhere at once. */
import type { AdminTokens, NamedToken } from '../admin-tokens.ts';
import type { PostgresConnection } from './connection.ts';

/** Its schema must be up to date (`migratePostgresSchema`). */
export function openPostgresAdminTokens(connection: PostgresConnection): AdminTokens {
  const columns = 'name, role, team, created_at';
  return {
    list: async () => {
      const rows = await connection.run((session) =>
        session.query(`SELECT ${columns} FROM tollgate.admin_token ORDER BY name`),
      );
      return rows.map(tokenOf);
    },
    findByHash: async (hash) => {
      const [row] = await connection.run((session) =>
        session.query(`SELECT ${columns} FROM tollgate.admin_token WHERE hash = $1`, [hash]),
      );
      return row && tokenOf(row);
    },
    create: async ({ name, role, team, createdAt }, hash) => {
      const { count } = await connection.run((session) =>
        session.query(
          `INSERT INTO tollgate.admin_token (name, hash, role, team, created_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING`,
          [name, hash, role, team ?? null, createdAt],
        ),
      );
      return count > 0;
    },
    delete: async (name) => {
      const { count } = await connection.run((session) =>
        session.query('DELETE FROM tollgate.admin_token WHERE name = $1', [name]),
      );
      return count > 0;
    },
  };
}

function tokenOf(row: Record<string, unknown>): NamedToken {
  const team = row['team'] as string | null;
  return {
    name: String(row['name']),
    role: row['role'] as NamedToken['role'],
    ...(team === null ? {} : { team }),
    createdAt: String(row['created_at']),
  };
}
