/** Which alerts any of the gateways over one Postgres has told, so that each is told once. By the server's clock. */
import { type DueAlert, isOver } from '../../core/budget/alerts.ts';
import type { AlertClaims } from '../alert-claims.ts';
import type { PostgresConnection } from './connection.ts';

export interface PostgresAlertOptions {
  /** Its schema must be up to date (`migratePostgresSchema`). */
  connection: PostgresConnection;
  /** Names this gateway. */
  replica: string;
  nowSeconds(): number;
  /** Longer than telling may take: a gateway that ends meanwhile leaves the alert to the others. Default 15,000. */
  leaseMs?: number;
}

const mostAtOnce = 100;
/** In the middle between two gateways a claim may fail by a fault of the line: so much time has telling after it. */
const timeoutMs = 3_000;

export function openPostgresAlerts(options: PostgresAlertOptions): AlertClaims {
  const { connection, replica, nowSeconds, leaseMs = 15_000 } = options;
  const claimed = (due: DueAlert) =>
    connection.run(async (session) => {
      const taken = await session.query(
        `INSERT INTO tollgate.alert AS a (id, replica, until, told, ends, due)
         VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond', false, $4, $5)
         ON CONFLICT (id) DO UPDATE SET replica = excluded.replica, until = excluded.until, due = excluded.due
         WHERE NOT a.told AND a.until <= clock_timestamp() RETURNING id`,
        [due.id, replica, leaseMs, endOf(due.id), JSON.stringify(due)],
      );
      if (taken.length > 0) return 'mine';
      const [row] = await session.query('SELECT told FROM tollgate.alert WHERE id = $1', [due.id]);
      return row?.['told'] === true ? 'told' : 'others';
    }, timeoutMs);
  return {
    claim: (due) => claimed(due).catch(() => 'mine'),
    told: (id) =>
      connection
        .run(async (session) => {
          await session.query(
            `INSERT INTO tollgate.alert VALUES ($1, $2, clock_timestamp(), true, $3, '')
             ON CONFLICT (id) DO UPDATE SET told = true`,
            [id, replica, endOf(id)],
          );
          await session.query('DELETE FROM tollgate.alert WHERE ends <= $1', [nowSeconds()]);
        }, timeoutMs)
        .catch(() => {}),
    abandoned: async () => {
      const rows = await connection
        .run(
          (session) =>
            session.query(
              `SELECT due FROM tollgate.alert WHERE NOT told AND until <= clock_timestamp() LIMIT ${mostAtOnce}`,
            ),
          timeoutMs,
        )
        .catch(() => []);
      const all = rows.map((row) => JSON.parse(String(row['due'])) as DueAlert);
      return all.filter(({ id }) => !isOver(id, nowSeconds()));
    },
  };
}

/** A window that never ends has none. */
function endOf(id: string): number | null {
  const end = Number(id.slice(0, id.indexOf('|')));
  return Number.isFinite(end) ? Math.ceil(end) : null;
}
