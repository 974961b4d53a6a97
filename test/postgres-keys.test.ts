/** Gateways over one Postgres, each with a copy of the keys: killed, changed behind its back, damaged and cut off. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noPostgres, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { askAdmin } from './support/ask-admin.ts';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

const namespace = 'agentgateway-system';
const keyFields = (name: string) => ({ name, namespace, owner: 'anna' });

async function admin<T>(gateway: Gateway, method: string, path: string, body?: object): Promise<T> {
  const answer = await askAdmin(gateway, method, `/${path}`, body);
  assert.ok(answer.status >= 200 && answer.status < 300, `${answer.status} ${JSON.stringify(answer.body)}`);
  return (answer.body ?? {}) as T;
}

test('a gateway that was killed has none of the keys in force that went meanwhile, and all that came', {
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
  const created = async (name: string) =>
    (await admin<{ value: string }>(other, 'POST', 'keys', keyFields(name))).value;
  const [gone, off, rotated] = [await created('gone'), await created('off'), await created('rotated')];
  await eventually(async () => {
    for (const value of [gone, off, rotated]) assert.equal((await world.ask(value)).status, 200);
  });

  await world.gateway.stop('SIGKILL');
  await admin(other, 'DELETE', `keys/${namespace}/gone`);
  await admin(other, 'PATCH', `keys/${namespace}/off`, { disabled: true });
  const rotation = { graceSeconds: 0 };
  const { value } = await admin<{ value: string }>(
    other,
    'POST',
    `keys/${namespace}/rotated/rotate`,
    rotation,
  );
  const came = await created('came');
  await world.restart('SIGKILL');
  const statuses = async (values: string[]) => {
    const answers = await Promise.all(values.map((one) => world.ask(one)));
    return answers.map(({ status }) => status);
  };
  const asked = [gone, off, rotated, value, came];
  assert.deepEqual(await statuses(asked), [401, 401, 401, 200, 200]);
  const list = (gateway: Gateway, query: string) =>
    admin<{ total: number; items: { name: string; resourceVersion: string }[] }>(
      gateway,
      'GET',
      `keys?${query}`,
    );
  const sees = async () => {
    for (const query of ['search=anna', 'status=disabled', 'sort=owner', '']) {
      const [own, others] = [await list(world.gateway, query), await list(other, query)];
      assert.deepEqual(
        own.items.map(({ name, resourceVersion }) => [name, resourceVersion]),
        others.items.map(({ name, resourceVersion }) => [name, resourceVersion]),
      );
      assert.equal(own.total, others.total);
    }
  };
  await eventually(sees);
  assert.doesNotMatch(world.gateway.output(), /made anew/);

  // Without the server it goes on with what it has.
  await server.kill();
  assert.deepEqual(await statuses(asked), [401, 401, 401, 200, 200]);
  assert.equal((await world.cluster.get('VirtualKey', namespace, 'came')).metadata.name, 'came');
  await server.start();

  const copy = join(world.gateway.dataDir, 'keys-replica.db');
  // Killed, it would leave its last pages beside the file.
  await world.gateway.stop();
  assert.ok(existsSync(copy));
  writeFileSync(copy, 'no database '.repeat(5_000));
  await world.restart('SIGKILL');
  assert.match(world.gateway.output(), /the copy of the keys in Postgres is made anew/);
  assert.deepEqual(await statuses(asked), [401, 401, 401, 200, 200]);
  await eventually(sees);
});
