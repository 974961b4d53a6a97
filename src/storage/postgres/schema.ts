/** The tables in Postgres, all in one schema of ours, and what brings an older one up to date: forward only, at every start. */
import type { PostgresConnection } from './connection.ts';
import { adminTables } from './schema-admin.ts';
import { alertTables } from './schema-alerts.ts';
import { contentTables } from './schema-content.ts';
import { ledgerOrders, ledgerRareFigures, ledgerTables } from './schema-ledger.ts';
import { resourceStamps, resourceTables } from './schema-resources.ts';
import { userTables } from './schema-users.ts';
import type { Session } from './session.ts';

/** Step n brings version n to n + 1. Never change a step that was released: add one. */
const steps: readonly string[] = [
  ledgerTables,
  resourceTables,
  adminTables,
  alertTables,
  ledgerOrders,
  userTables,
  ledgerRareFigures,
  contentTables,
  resourceStamps,
];

/** Any number that other programs are unlikely to lock. */
const lockId = 7_083_402_911;

/** Throws when the database was brought up to date by a newer release. Replicas that start together wait for one another. */
export async function migratePostgresSchema(connection: PostgresConnection): Promise<void> {
  await connection.transaction(async (session) => {
    await session.query(`SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(${lockId})`);
    const version = await versionOf(session);
    if (version > steps.length)
      throw new Error(
        `the Postgres database was brought up to date by a newer release of Tollgate (schema ${version}, this one knows ${steps.length}): start that one`,
      );
    for (const step of steps.slice(version)) await session.query(step);
    if (version < steps.length)
      await session.query(`UPDATE tollgate.schema_version SET version = ${steps.length}`);
  }, migrationMs);
}

const migrationMs = 3_600_000;

/** Without asking for the right to create what is there already: an operator may have made the schema for us. */
async function versionOf(session: Session): Promise<number> {
  const [found] = await session.query(`SELECT to_regclass('tollgate.schema_version') IS NOT NULL AS there,
    to_regnamespace('tollgate') IS NOT NULL AS schema`);
  if (found?.['there'] !== true) {
    if (found?.['schema'] !== true) await session.query('CREATE SCHEMA tollgate');
    await session.query(`CREATE TABLE tollgate.schema_version (version integer NOT NULL);
      INSERT INTO tollgate.schema_version VALUES (0)`);
  }
  const [row] = await session.query(`SELECT version FROM tollgate.schema_version`);
  return Number(row?.['version']);
}
