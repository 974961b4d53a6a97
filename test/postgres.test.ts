/** Gateways over one Postgres: calls are answered while it is away, and are all there when it is back; keys are for all. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noPostgres, signal, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { askAdmin } from './support/ask-admin.ts';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

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

test('under load, while Postgres stands still and is killed: every call that was answered is there once', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const url = await server.createDatabase();
  const world = await budgetWorld(t, [], { TOLLGATE_POSTGRES_URL: url });
  const owner = 'tg-loaded';
  await world.key(owner);
  let answered = 0;
  let running = true;
  const clients = Array.from({ length: 4 }, async () => {
    while (running) {
      assert.equal((await world.ask(owner)).status, 200);
      answered++;
    }
  });
  const more = async (calls: number) => {
    const until = answered + calls;
    await eventually(() => assert.ok(answered >= until), 20_000);
  };
  await more(50);
  const stopped = await server.backends(url);
  signal(stopped, 'SIGSTOP');
  await more(100);
  await server.crash();
  // A process that stands still does not notice; then nobody could start anew.
  signal(stopped, 'SIGCONT');
  await more(100);
  await server.start();
  await more(50);
  running = false;
  await Promise.all(clients);
  const counted = async () => {
    const usage = await world.admin<{ total: { requests: number } }>(`usage?user=${owner}`);
    return usage.total.requests;
  };
  await eventually(async () => assert.equal(await counted(), answered), 10_000);
});

async function ask(gateway: Gateway, key: string): Promise<number> {
  const answer = await fetch(`http://${gateway.address}:8080/anthropic`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.body?.cancel();
  return answer.status;
}

test('two gateways share keys; without Postgres both serve on, changes are refused and followed again', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const env = { TOLLGATE_POSTGRES_URL: await server.createDatabase() };
  const world = await budgetWorld(t, [], env);
  const dataDir = temporaryDirectory();
  copyFileSync(join(world.gateway.dataDir, 'encryption.key'), join(dataDir, 'encryption.key'));
  const args = ['--provider-url', `anthropic=${world.provider.url}`];
  const other = await startGateway({ args, env, dataDir });
  t.after(async () => {
    await other.stop();
    removeDirectory(dataDir);
  });
  await world.key('tg-of-one');
  await eventually(async () => assert.equal(await ask(other, 'tg-of-one'), 200));
  const created = await askAdmin(other, 'POST', '/keys', {
    name: 'of-other',
    namespace: 'agentgateway-system',
    owner: 'anna',
  });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const { value } = created.body;
  await eventually(async () => assert.equal(await ask(world.gateway, value), 200));

  await server.kill();
  assert.deepEqual([await ask(world.gateway, value), await ask(other, value)], [200, 200]);
  const refused = await askAdmin(other, 'POST', '/keys', {
    name: 'none',
    namespace: 'agentgateway-system',
    owner: 'anna',
  });
  assert.equal(refused.status, 503);
  assert.match(JSON.stringify(refused.body), /Postgres is not available/);
  await assert.rejects(world.key('none-either'), /Postgres is not available/);
  await server.start();

  await eventually(async () => {
    const gone = await askAdmin(other, 'DELETE', '/keys/agentgateway-system/of-other');
    assert.ok(gone.status >= 200 && gone.status < 300, `${gone.status} ${JSON.stringify(gone.body)}`);
  });
  await eventually(async () => assert.equal(await ask(world.gateway, value), 401));
  await eventually(async () =>
    assert.deepEqual(
      [(await world.calls('user=tg-of-one')).length, (await world.calls('user=anna')).length > 2],
      [1, true],
    ),
  );
  for (const { output } of [world.gateway, other]) assert.ok(!output().includes(server.password));
});
