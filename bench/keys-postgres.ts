/** VirtualKeys in Postgres: a gateway's first start with them, its next one, and what it serves, as `bench/keys.ts` measures them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresConnection } from '../src/storage/postgres/connection.ts';
import { copyRow } from '../src/storage/postgres/copy-text.ts';
import { startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { migratePostgresSchema } from '../src/storage/postgres/schema.ts';
import { keyObject } from './key-objects.ts';
import { namespace, type Say, serve } from './keys-serve.ts';

const fillMs = 3_600_000;

/** `url`: `own` starts a server for it. */
export async function measurePostgres(count: number, url: string): Promise<void> {
  const server = url === 'own' ? await startPostgres({ fsync: 'on' }) : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
  const say: Say = (what, figure) => process.stdout.write(`${count} keys in Postgres, ${what}: ${figure}\n`);
  try {
    const env = { TOLLGATE_POSTGRES_URL: (await server?.createDatabase()) ?? url };
    await fill(env.TOLLGATE_POSTGRES_URL, count, say);
    await serve(directory, count, say, { env, what: 'first start' });
    await serve(directory, count, say, { env, what: 'next start', onlyStart: true });
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true });
  }
}

/** As other gateways left them, with statuses. */
async function fill(url: string, count: number, say: Say): Promise<void> {
  const connection = new PostgresConnection({ url });
  const before = performance.now();
  await migratePostgresSchema(connection);
  await connection.transaction(async (session) => {
    await session.query('SET LOCAL statement_timeout = 0');
    await session.query('TRUNCATE tollgate.resource, tollgate.resource_change');
    await session.copy('COPY tollgate.resource FROM STDIN', rowsOf(count));
    await session.query('UPDATE tollgate.resource_store SET revision = $1, key_check = NULL', [count]);
  }, fillMs);
  await connection.run((session) => session.query('VACUUM ANALYZE tollgate.resource'), fillMs);
  await connection.close();
  say('written by COPY', `${((performance.now() - before) / 1_000).toFixed(1)} s`);
}

function* rowsOf(count: number): Iterable<string> {
  const portion = 500;
  for (let first = 0; first < count; first += portion) {
    let rows = '';
    for (let n = first; n < Math.min(count, first + portion); n++) {
      const object = keyObject(n);
      const { name } = object.metadata;
      object.metadata.resourceVersion = String(n + 1);
      const body = JSON.stringify(object);
      rows += copyRow(['tollgate.dev', 'VirtualKey', namespace, name, n + 1, 'f', body]);
    }
    yield rows;
  }
}
