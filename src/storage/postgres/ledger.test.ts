import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ledgerRecord } from '../ledger.fixture.ts';
import type { UsageRow } from '../ledger.ts';
import { ledgerConformance } from '../ledger-conformance.ts';
import { naiveUsage } from '../naive-usage.fixture.ts';
import { PostgresConnection } from './connection.ts';
import { openPostgresLedger } from './ledger.ts';
import { noPostgres, startPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';
import { ledgerRareFigures } from './schema-ledger.ts';

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

  test('Postgres: calls of before are known by every kind of token that their records tell', async () => {
    const connection = await connect(await server.createDatabase());
    const ledger = await openPostgresLedger({ connection, replica: 'a' });
    const base = ledgerRecord(0);
    const withUsage = (n: number, usage: object, fields: object = {}) => ({
      ...ledgerRecord(n, { ...fields, key: { ...base.key!, user: `u-${n % 3}` } }),
      llm: { ...base.llm!, usage: { ...base.llm!.usage!, ...usage } },
    });
    const media = { audioInput: 30, cachedAudio: 4, imageInput: 9, audioOutput: 5, imageOutput: 1_290 };
    const records = [
      base,
      withUsage(1, { cacheWriteTokens: 9, cacheWrite1hTokens: 4 }),
      withUsage(
        2,
        { media, estimated: true },
        { path: '/\u0000\ud800\\', error: '\\u0000 \\\\ "estimated":true' },
      ),
      withUsage(3, { cacheWriteTokens: 2 }, { error: '"media":{"audioInput":9}' }),
      ledgerRecord(4, { llm: { ...base.llm!, usage: undefined }, error: '"estimated":true' } as object),
    ];
    await ledger.append(records, []);
    await connection.run((session) => session.query(`DROP TABLE tollgate.call_rare; ${ledgerRareFigures}`));
    for (const query of [{ groupBy: [] }, { groupBy: ['user' as const] }])
      assert.deepEqual(byUser(await ledger.usage({}, query)), byUser(naiveUsage(records, {}, query)));
    await ledger.prune(Number.MAX_SAFE_INTEGER);
    const left = await connection.run((session) => session.query('SELECT id FROM tollgate.call_rare'));
    assert.deepEqual([...left], []);
    await connection.close();
  });
}

const byUser = (rows: readonly UsageRow[]) =>
  rows.toSorted((a, b) => (String(a.group['user']) < String(b.group['user']) ? -1 : 1));
