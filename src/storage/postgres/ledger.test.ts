import { after, test } from 'node:test';
import { ledgerConformance } from '../ledger-conformance.ts';
import { PostgresConnection } from './connection.ts';
import { openPostgresLedger } from './ledger.ts';
import { noPostgres, startPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';

if (noPostgres) test('the ledger in Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  const connect = async (url: string) => {
    const connection = new PostgresConnection({ url });
    await migratePostgresSchema(connection);
    return connection;
  };

  ledgerConformance('Postgres', async () => {
    const url = await server.createDatabase();
    let connection = await connect(url);
    return {
      ledger: await openPostgresLedger({ connection, replica: 'a' }),
      reopen: async () => {
        await connection.close();
        connection = await connect(url);
        return openPostgresLedger({ connection, replica: 'a' });
      },
      close: () => connection.close(),
    };
  });
}
