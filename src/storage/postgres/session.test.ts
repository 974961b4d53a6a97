/** Whatever happens to the line, what is under way ends: nobody waits for an answer that can't come any more. */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { PostgresConnection } from './connection.ts';
import { PostgresUnavailable } from './faults.ts';
import { startLink } from './faulty-link.fixture.ts';
import { through } from './ledger-replica.fixture.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';

const timeoutMs = 2_000;

/** Well above what a connection waits by itself. */
async function settled(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it never ended')), 10 * timeoutMs);
  });
  const fault: unknown = await Promise.race([work, never]).then(
    () => undefined,
    (error: unknown) => error,
  );
  clearTimeout(timer);
  if (fault !== undefined) assert.ok(fault instanceof PostgresUnavailable, inspect(fault));
  return fault;
}

test('a server that takes the connection and says nothing is given up', async (t) => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const { port } = mute.address() as { port: number };
  const url = `postgres://u:p@127.0.0.1:${port}/d`;
  const connection = new PostgresConnection({ url, timeoutMs: 200, connections: 1 });
  for (let again = 0; again < 2; again++)
    assert.ok(await settled(connection.run((session) => session.query('SELECT 1'))));
  await connection.close();
});

function cuts(server: TestPostgres): void {
  for (const direction of ['toServer', 'toClient'] as const)
    test(`cut ${direction} at any byte of login, COPY and commit`, async (t) => {
      const link = await startLink(server.port);
      t.after(() => link.close());
      const url = await server.createDatabase();
      const near = new PostgresConnection({ url });
      await near.run((session) => session.query('CREATE TABLE kept (n int)'));
      const rows = Array.from({ length: 40 }, (_, n) => `${n}\n`);
      let faults = 0;
      let done = 0;
      for (let bytes = 1; bytes < 1_000; bytes += 23) {
        const far = new PostgresConnection({ url: through(url, link), timeoutMs, connections: 1 });
        link.cutAfter(bytes, direction);
        const copied = far.transaction((session) => session.copy('COPY kept FROM STDIN', rows));
        if ((await settled(copied)) === undefined) done++;
        else faults++;
        link.cutAfter(Infinity, direction);
        assert.equal(await settled(far.run((session) => session.query('SELECT 1'))), undefined);
        await far.close();
      }
      const [{ count }] = (await near.run((session) =>
        session.query('SELECT count(*)::int AS count FROM kept'),
      )) as unknown as [{ count: number }];
      assert.ok(faults > 10, `${faults} faults`);
      assert.equal(count % rows.length, 0, 'whole or not at all');
      assert.ok(count >= done * rows.length && count <= (done + faults) * rows.length);
      await near.close();
    });
}

if (noPostgres) test('a line that is cut', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  cuts(server);
}
