import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contentConformance } from '../content-conformance.ts';
import { openSecretCipher } from '../sqlite/secret-encryption.ts';
import { PostgresConnection } from './connection.ts';
import { openPostgresContent } from './content.ts';
import { noPostgres, startPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';

if (noPostgres) test('contents in Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());

  contentConformance('Postgres', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-content-'));
    const connection = new PostgresConnection({ url: await server.createDatabase() });
    await migratePostgresSchema(connection);
    const open = (name: string) =>
      openPostgresContent(connection, openSecretCipher(join(directory, name), true));
    return {
      store: open('encryption.key'),
      reopen: async () => open('encryption.key'),
      withOtherKey: async () => open('other.key'),
      atRest: async () =>
        JSON.stringify(await connection.run((session) => session.query('SELECT * FROM tollgate.content'))),
      close: async () => {
        await connection.close();
        rmSync(directory, { recursive: true });
      },
    };
  });
}
