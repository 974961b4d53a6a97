/** Budgets over every kind of way to a server: TLS, a socket file, a user who may do no more than is needed, and Valkey. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { charges, hold, readings, reservationItem } from '../src/storage/accounts-conformance.ts';
import { openTestProcess, type TestProcess } from '../src/storage/redis/accounts-process.fixture.ts';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { createAuthority } from './support/certificates.ts';
import { eventually } from './support/eventually.ts';
import { removeDirectory, temporaryDirectory } from './support/gateway.ts';

const items = [reservationItem(), reservationItem({ budget: 'ns/other' })];
const skip = noRedis;

/** Two gateways: what one charged and what it holds the other knows; one ends without a word and is back. */
async function useBudgets(t: TestContext, url: string, ca?: string): Promise<void> {
  const scratch = temporaryDirectory();
  const all: TestProcess[] = [];
  t.after(async () => {
    for (const opened of all) await opened.close();
    removeDirectory(scratch);
  });
  const start = async (name: string) => {
    const opened = await openTestProcess({
      url,
      directory: join(scratch, name),
      ...(ca !== undefined && { ca }),
    });
    all.push(opened);
    return opened;
  };
  const one = await start('one');
  const two = await start('two');
  assert.equal(await hold(one.accounts, items, 100), 100);
  one.accounts.settle(charges(items, 100, 150), '{}');
  assert.equal(await hold(one.accounts, items, 200), 200);
  one.crash();
  await start('one');
  await eventually(async () => {
    for (const reading of await readings(two.accounts, items))
      assert.deepEqual(reading, { used: 150, reserved: 0 });
  });
  for (let beat = 0; beat < 61; beat++) await two.agent.beat();
  assert.equal(two.agent.isReachable, true);
  assert.equal((await two.agent.list('budget|')).length, 2);
  assert.equal(await two.agent.reset('budget|ns/other|'), 1);
}

test('behind TLS; a server of another authority is refused', { skip }, async (t) => {
  const authority = await createAuthority('redis');
  const { cert, key } = await authority.issue();
  const directory = temporaryDirectory();
  const path = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const files = ['--tls-cert-file', path('cert.pem', cert), '--tls-key-file', path('key.pem', key)];
  const args = [...files, '--tls-ca-cert-file', path('ca.pem', authority.ca), '--tls-auth-clients', 'no'];
  const redis = await startRedis({ tls: true, args });
  t.after(async () => {
    await redis.stop();
    removeDirectory(directory);
  });
  await useBudgets(t, redis.url, authority.ca);
  await assert.rejects(
    useBudgets(t, redis.url, (await createAuthority('other')).ca),
    /certificate|signature/,
  );
});

test('over a socket file, in a database of its own', { skip }, async (t) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'redis.sock');
  const redis = await startRedis({ args: ['--unixsocket', path] });
  t.after(async () => {
    await redis.stop();
    removeDirectory(directory);
  });
  await useBudgets(t, `unix://${path}?db=3`);
});

/** As docs/shared-budgets.md says. */
const rights = [
  '~{tollgate-budgets}*',
  ...'eval evalsha script|load hget hset hmget hdel hincrby hgetall hkeys del expire persist sadd srem smembers zadd zrem zcard zrange zrangebyscore time select'
    .split(' ')
    .map((command) => `+${command}`),
];

test("as a user who may use the budgets' keys and commands only", { skip }, async (t) => {
  const redis = await startRedis({
    args: ['--user', 'gateway', 'on', '>secret', '-@all', ...rights, '--user', 'default', 'off'],
  });
  t.after(() => redis.stop());
  const at = (credentials: string) => `redis://${credentials}127.0.0.1:${redis.port}`;
  await useBudgets(t, at('gateway:secret@'));
  await assert.rejects(useBudgets(t, at('gateway:wrong@')), (error: Error) => {
    assert.doesNotMatch(`${error.message} ${error.cause}`, /secret|wrong@/);
    return /WRONGPASS|invalid/.test(error.message);
  });
});

const noValkey =
  spawnSync('valkey-server', ['--version']).status === 0 ? false : 'valkey-server is not installed';

test('over Valkey', { skip: noValkey }, async (t) => {
  const valkey = await startRedis({ binary: 'valkey-server' });
  t.after(() => valkey.stop());
  await useBudgets(t, valkey.url);
});
