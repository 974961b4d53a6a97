/** The Postgres server that replicas share, when `TOLLGATE_POSTGRES_URL` names one: reached and brought up to date. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShutdownStack } from './shutdown-stack.ts';
import { PostgresConnection } from './storage/postgres/connection.ts';
import { PostgresUnavailable } from './storage/postgres/faults.ts';
import { migratePostgresSchema } from './storage/postgres/schema.ts';

export interface SharedPostgres {
  connection: PostgresConnection;
  /** For what people wait for: never behind deliveries and reports. */
  forPeople: PostgresConnection;
  /** Names this data directory among all that use the server, for good. */
  replica: string;
}

const retryMs = 1_000;
const peopleWaitMs = 5_000;

/** Waits for the server for as long as it takes; throws when the address is none or the schema is of a newer release. */
export async function openPostgres(
  env: NodeJS.ProcessEnv,
  dataDir: string,
  log: Record<'info' | 'warn', (fields: object, message: string) => void>,
  stack: ShutdownStack,
): Promise<SharedPostgres | undefined> {
  const url = env['TOLLGATE_POSTGRES_URL'];
  if (url === undefined || url === '') return undefined;
  const connection = new PostgresConnection({ url });
  const forPeople = new PostgresConnection({ url, connections: 3, timeoutMs: peopleWaitMs });
  stack.add(async () => {
    await connection.close();
    await forPeople.close();
  });
  for (let tries = 0; ; tries++) {
    try {
      await migratePostgresSchema(connection);
      if (tries > 0) log.info({}, 'Postgres is there');
      return { connection, forPeople, replica: replicaName(dataDir) };
    } catch (error) {
      if (!(error instanceof PostgresUnavailable)) throw error;
      if (tries === 0) log.warn({ error: error.message }, 'waiting for Postgres');
      await delay(retryMs);
    }
  }
}

function replicaName(dataDir: string): string {
  const path = join(dataDir, 'replica');
  try {
    writeFileSync(path, `${randomUUID()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
