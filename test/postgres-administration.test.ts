/** Gateways over one Postgres are one for the people who administer them, and tell an alert once. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import postgres from 'postgres';
import {
  noPostgres,
  startPostgres,
  type TestPostgres,
} from '../src/storage/postgres/postgres-server.fixture.ts';
import { adminToken } from './support/ask-admin.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';
import { startWebhook } from './support/webhook.ts';

interface Pair {
  server: TestPostgres;
  url: string;
  world: BudgetWorld;
  one: Gateway;
  two: Gateway;
}

/** `prepare` may put files into the data directory of the second before it starts. */
async function pair(t: TestContext, prepare: (dataDir: string) => void = () => {}): Promise<Pair> {
  const server = await startPostgres();
  t.after(() => server.stop());
  const url = await server.createDatabase();
  const env = { TOLLGATE_POSTGRES_URL: url };
  const world = await budgetWorld(t, [], env);
  const dataDir = temporaryDirectory();
  copyFileSync(join(world.gateway.dataDir, 'encryption.key'), join(dataDir, 'encryption.key'));
  prepare(dataDir);
  const args = ['--provider-url', `anthropic=${world.provider.url}`];
  const two = await startGateway({ args, env, dataDir });
  t.after(async () => {
    await two.stop();
    removeDirectory(dataDir);
  });
  return { server, url, world, one: world.gateway, two };
}

interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what a test looks into.
  body: any;
  cookie: string;
}

async function call(
  { address }: Gateway,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Reply> {
  const answer = await fetch(`http://${address}:15000/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), cookie };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const adminOf = (gateway: Gateway) => bearer(adminToken(gateway));
const linkOf = (gateway: Gateway) => /\?login=([\w-]+)/.exec(gateway.output())![1]!;

test('who comes in at one gateway is in at the other, and out of both at once; changes are one list', {
  skip: noPostgres,
}, async (t) => {
  const { server, one, two } = await pair(t);
  // The link that one printed opens a session at the other, once; the session is good for both.
  const login = await call(two, 'POST', '/session', {}, { token: linkOf(one) });
  assert.equal(login.status, 200);
  assert.equal((await call(one, 'POST', '/session', {}, { token: linkOf(one) })).status, 401);
  const { cookie } = login;
  assert.deepEqual((await call(one, 'GET', '/session', { cookie })).body, {
    role: 'admin',
    csrf: login.body.csrf,
  });
  const change = { cookie, 'x-tollgate-csrf': login.body.csrf };
  const made = await call(one, 'POST', '/tokens', change, { name: 'ci', role: 'viewer' });
  assert.equal(made.status, 201);
  assert.equal((await call(two, 'GET', '/keys', bearer(made.body.value))).status, 200);
  assert.equal((await call(two, 'POST', '/tokens', change, { name: 'ci', role: 'viewer' })).status, 409);
  const viewer = await call(one, 'POST', '/session', {}, { token: made.body.value });

  assert.equal((await call(two, 'DELETE', '/tokens/ci', change)).status, 204);
  assert.equal((await call(one, 'GET', '/keys', bearer(made.body.value))).status, 401);
  assert.equal((await call(one, 'GET', '/keys', { cookie: viewer.cookie })).status, 401);
  assert.equal((await call(two, 'DELETE', '/session', change)).status, 204);
  assert.equal((await call(one, 'GET', '/session', { cookie })).status, 401);

  const told = async (gateway: Gateway) =>
    (await call(gateway, 'GET', '/audit?limit=5', adminOf(gateway))).body.items.map(
      ({ action, object }: { action: string; object: string }) => `${action} ${object.split(' ')[0]}`,
    );
  const expected = [
    'logout session',
    'tokens.delete Token/ci',
    'login session',
    'tokens.create Token/ci',
    'login session',
  ];
  await eventually(async () => assert.deepEqual(await told(one), expected));
  assert.deepEqual(await told(two), expected);

  // Without the server nobody comes in by what it keeps; the token of the data directory, which needs none, still does.
  const last = await call(two, 'POST', '/session', {}, { token: linkOf(two) });
  await server.kill();
  const refused = await call(one, 'GET', '/keys', { cookie: last.cookie });
  assert.deepEqual([refused.status, refused.body.error.code], [503, 'unavailable']);
  assert.match(refused.body.error.message, /^Postgres is not available/);
  assert.equal((await call(one, 'GET', '/keys', bearer(`tga_${'a'.repeat(43)}`))).status, 503);
  assert.equal((await call(one, 'GET', '/session', adminOf(one))).status, 200);
  await server.start();
  await eventually(async () =>
    assert.equal((await call(one, 'GET', '/keys', { cookie: last.cookie })).status, 200),
  );
  for (const { output } of [one, two]) assert.ok(!output().includes(made.body.value));
});

test('tokens that a gateway had before are taken over, once', { skip: noPostgres }, async (t) => {
  const token = { name: 'old', role: 'admin', createdAt: '2026-11-25T12:00:00.000Z' };
  const value = `tga_${'o'.repeat(43)}`;
  const { createHash } = await import('node:crypto');
  const tokenHash = `sha256:${createHash('sha256').update(value).digest('hex')}`;
  const file = (dataDir: string) => join(dataDir, 'admin-tokens.json');
  const { one, two } = await pair(t, (dataDir) =>
    writeFileSync(file(dataDir), JSON.stringify({ tokens: [{ ...token, tokenHash }] }), { mode: 0o600 }),
  );
  assert.deepEqual((await call(one, 'GET', '/tokens', bearer(value))).body.items, [token]);
  assert.equal(existsSync(file(two.dataDir)), false);
});

/** Some rounds of the alerts'. */
const roundsMs = 10_000;

async function ask({ address }: Gateway, key: string): Promise<number> {
  const answer = await fetch(`http://${address}:8080/anthropic`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.body?.cancel();
  return answer.status;
}

test('an alert is told once by two gateways, and by the other when the first dies in the middle of it', {
  skip: noPostgres,
}, async (t) => {
  const { url, world, one, two } = await pair(t);
  const hook = await startWebhook(t);
  const webhook = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'finance', namespace: 'agentgateway-system' },
    stringData: { url: hook.url },
  });
  await world.cluster.apply(webhook);
  await world.key('tg-alerted', {}, { team: 'alerted' });
  const alerts = [50, 75].map((atPercent) => ({ atPercent, webhook: 'finance' }));
  await world.budget('alerting', {
    selector: { matchLabels: { team: 'alerted' } },
    limit: { requests: 4 },
    enforcement: 'Soft',
    alerts,
  });
  const percents = () => hook.received.map(({ body }) => JSON.parse(body).atPercent as number);
  await eventually(async () => assert.equal(await ask(two, 'tg-alerted'), 200));
  for (const gateway of [one, one, two]) assert.equal(await ask(gateway, 'tg-alerted'), 200);
  await eventually(() => assert.deepEqual(percents(), [50]), roundsMs);
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  t.after(() => sql.end());
  const rows = async () => (await sql.unsafe('SELECT told FROM tollgate.alert')).map(({ told }) => told);
  await eventually(async () => assert.deepEqual(await rows(), [true]));

  // Only the first has counted so much; it dies while it tells.
  hook.holding = true;
  assert.equal(await ask(one, 'tg-alerted'), 200);
  await eventually(() => assert.deepEqual(percents(), [50, 75]), roundsMs);
  await one.stop('SIGKILL');
  assert.deepEqual((await rows()).toSorted(), [false, true]);
  hook.holding = false;
  // Instead of waiting for its lease to end.
  await sql.unsafe('UPDATE tollgate.alert SET until = now() WHERE NOT told');
  await eventually(() => assert.deepEqual(percents(), [50, 75, 75]), roundsMs);
  assert.equal(hook.received[2]!.body.includes('"used":3'), true);
  await eventually(async () => assert.deepEqual(await rows(), [true, true]));
});
