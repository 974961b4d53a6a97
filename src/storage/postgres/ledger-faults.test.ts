import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { ledgerRecord } from '../ledger.fixture.ts';
import { LedgerFollower } from '../memory/ledger-follower.ts';
import { openPostgresAdminTokens } from './admin-tokens.ts';
import { PostgresConnection } from './connection.ts';
import { PostgresUnavailable } from './faults.ts';
import { startLink } from './faulty-link.fixture.ts';
import { openPostgresLedger } from './ledger.ts';
import { counts, ledgerReplica, quarter, through, untilRead } from './ledger-replica.fixture.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';
import { ledgerTables } from './schema-ledger.ts';

function faultTests(server: TestPostgres): void {
  test('two gateways feed one ledger: every call once, each knows its own journals and charges', async (t) => {
    const url = await server.createDatabase();
    const [a, b] = await Promise.all([ledgerReplica(t, url, 'a'), ledgerReplica(t, url, 'b')]);
    for (let round = 1; round <= 3; round++) {
      a.write(10);
      b.write(20);
      await Promise.all([a.follower.read(), b.follower.read()]);
      assert.deepEqual(await counts(a.ledger), { calls: round * 30, charged: round * 10 });
      assert.deepEqual(await counts(b.ledger), { calls: round * 30, charged: round * 20 });
    }
    assert.notDeepEqual(await a.ledger.positions(), await b.ledger.positions());
    // A gateway that comes back reads on where it was.
    await LedgerFollower.open(a.directory, a.ledger);
    assert.equal((await counts(a.ledger)).calls, 90);
  });

  test('cut off anywhere in a transaction: nothing is lost and nothing double', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const { ledger, follower, write } = await ledgerReplica(
      t,
      through(await server.createDatabase(), link),
      'a',
    );
    write(200);
    await follower.read();
    let calls = 200;
    let failures = 0;
    // To the client only the last bytes matter: there, the answer to COMMIT is what is lost.
    const cuts: [number, 'toServer' | 'toClient'][] = [
      ...[1, 30, 90, 5_000, 100_000, 269_000].map((at) => [at, 'toServer'] as [number, 'toServer']),
      ...Array.from({ length: 25 }, (_, n) => [10 + n * 11, 'toClient'] as [number, 'toClient']),
    ];
    for (const cut of cuts) {
      write(200);
      calls += 200;
      link.cutAfter(...cut);
      failures += await untilRead(follower);
      link.cutAfter(Infinity, cut[1]);
      assert.deepEqual(await counts(ledger), { calls, charged: calls }, String(cut));
    }
    assert.ok(failures >= 20, `${failures} of ${cuts.length} cuts met a transaction`);
  });

  test('a server that is stopped and comes back: what was called meanwhile is delivered, without a restart', async (t) => {
    const { ledger, follower, write } = await ledgerReplica(t, await server.createDatabase(), 'a');
    write(50);
    await follower.read();
    await server.kill();
    write(50);
    await assert.rejects(follower.read(), PostgresUnavailable);
    await assert.rejects(counts(ledger), PostgresUnavailable);
    await server.start();
    await untilRead(follower);
    assert.deepEqual(await counts(ledger), { calls: 100, charged: 100 });
  });

  test('a server that does not answer is given up in time, and used again when it does', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = through(await server.createDatabase(), link);
    const { ledger, follower, write } = await ledgerReplica(t, url, 'a', 300);
    write(50);
    link.stall();
    await assert.rejects(follower.read(), /did not answer within 300 ms/);
    await assert.rejects(async () => ledger.positions(), PostgresUnavailable);
    link.flow();
    await untilRead(follower);
    assert.deepEqual(await counts(ledger), { calls: 50, charged: 50 });
  });

  test('no error tells the password or what was sent', async (t) => {
    const right = await server.createDatabase();
    const secret = 'not-the-right-one';
    const addresses = [
      right.replace(server.password, secret),
      right.replace(server.password, secret).replace(/:\d+\//, ':1/'),
      right.replace(server.password, `${secret}/#`),
      `mysql://tollgate:${secret}@127.0.0.1/x`,
    ];
    for (const url of addresses) {
      const fault: unknown = await Promise.resolve()
        .then(() => new PostgresConnection({ url, timeoutMs: 2_000 }))
        .then((connection) => connection.run((session) => session.query('SELECT 1')))
        .catch((error: unknown) => error);
      assert.ok(fault instanceof Error);
      assert.doesNotMatch(inspect(fault, { showHidden: true, depth: 9 }), new RegExp(secret), fault.message);
    }
    const { ledger } = await ledgerReplica(t, right, 'a');
    const broken = { ...ledgerRecord(1), id: undefined as unknown as string, path: '/secret-path' };
    const refused = await Promise.resolve(ledger.append([broken], [])).catch((error) => error);
    assert.doesNotMatch(inspect(refused, { showHidden: true, depth: 9 }), /secret-path/);
  });

  test('a schema of a newer release is refused; gateways that start together make it once', async (t) => {
    const url = await server.createDatabase();
    const connections = await Promise.all([1, 2, 3].map(() => new PostgresConnection({ url })));
    t.after(() => Promise.all(connections.map((connection) => connection.close())));
    await Promise.all(connections.map(migratePostgresSchema));
    await connections[0]!.run((session) => session.query('UPDATE tollgate.schema_version SET version = 99'));
    await assert.rejects(migratePostgresSchema(connections[1]!), /newer release of Tollgate \(schema 99/);
  });

  test('a database of the first release is brought up to date, with what is in it', async (t) => {
    const connection = new PostgresConnection({ url: await server.createDatabase() });
    t.after(() => connection.close());
    await connection.run((session) =>
      session.query(`CREATE SCHEMA tollgate; CREATE TABLE tollgate.schema_version (version integer NOT NULL);
        INSERT INTO tollgate.schema_version VALUES (1); ${ledgerTables}`),
    );
    const ledger = await openPostgresLedger({ connection, replica: 'a' });
    await ledger.append([ledgerRecord(1)], []);
    await migratePostgresSchema(connection);
    await migratePostgresSchema(connection);
    assert.deepEqual(await openPostgresAdminTokens(connection).list(), []);
    assert.deepEqual(await ledger.get(ledgerRecord(1).id), ledgerRecord(1));
  });

  test('a batch of which some are there already, at its begin, middle or end: the others are entered', async (t) => {
    const { ledger } = await ledgerReplica(t, await server.createDatabase(), 'a');
    const charge = { budget: 'ns/daily', group: '', unit: 'tokens' as const, used: 1, ...quarter };
    const records = Array.from({ length: 4_000 }, (_, n) => ledgerRecord(n, { budgets: [charge] }));
    await ledger.append([records[0]!, records[1_234]!, records[2_999]!], []);
    await ledger.append(records.slice(0, 3_000), [{ file: 'a', offset: 1 }]);
    assert.deepEqual(await counts(ledger), { calls: 3_000, charged: 3_000 });
    await ledger.append(records.slice(2_000), [{ file: 'a', offset: 2 }]);
    assert.deepEqual(await counts(ledger), { calls: 4_000, charged: 4_000 });
    assert.deepEqual(await ledger.positions(), [{ file: 'a', offset: 2 }]);
  });

  test('text that Postgres has no place for does not hold up the rest', async (t) => {
    const { ledger } = await ledgerReplica(t, await server.createDatabase(), 'a');
    const key = { id: 'k\0\\', user: 'a\0b\tc\n', metadata: {}, labels: { team: 'x\0\ud800', '\0': '\\"' } };
    const record = ledgerRecord(1, { key, path: '/\0\\\t' });
    await ledger.append([record], []);
    // By the slower way too.
    await ledger.append([record, ledgerRecord(2, { key })], []);
    assert.deepEqual(await ledger.get(record.id), record);
    assert.equal((await ledger.search({ user: key.user }, { limit: 5 })).records.length, 2);
    const [row] = await ledger.usage({}, { groupBy: ['label:team', 'user'] });
    assert.deepEqual(row?.group, { 'label:team': 'x\uFFFD\uFFFD', user: 'a\uFFFDb\tc\n' });
  });
}

if (noPostgres) test('faults of Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  faultTests(server);
}
