/** The ledger in Postgres: calls are answered while the server is away, and are all there when it is back. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noPostgres, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

test('a gateway over Postgres serves on while it is away, and loses no call', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const world = await budgetWorld(t, [], { TOLLGATE_POSTGRES_URL: await server.createDatabase() });
  const owner = 'tg-postgres';
  await world.key(owner, {}, { owner });
  const answered = async (calls: number) => {
    for (let call = 0; call < calls; call++) assert.equal((await world.ask(owner)).status, 200);
  };
  const entered = (calls: number) =>
    eventually(async () => assert.equal((await world.calls(`user=${owner}`)).length, calls));
  await answered(3);
  await entered(3);
  assert.equal(existsSync(join(world.gateway.dataDir, 'ledger.db')), false);

  await server.kill();
  await answered(4);
  const refused = await world.admin<{ error: { code: string; message: string } }>('usage');
  assert.equal(refused.error.code, 'unavailable');
  assert.match(refused.error.message, /^Postgres is not available/);
  await server.start();
  await entered(7);

  // What was not delivered yet when the gateway ended is delivered by the next.
  await server.kill();
  await answered(2);
  await world.gateway.stop('SIGKILL');
  await server.start();
  await world.restart('SIGKILL');
  await entered(9);
  assert.ok(!world.gateway.output().includes(server.password));
});
