/** Keys and budgets through the admin API of the real program: what an answer says is in force for the next call. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminToken, askAdmin } from './support/ask-admin.ts';
import { clusterClient } from './support/cluster-client.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway } from './support/gateway.ts';

let gateway: Gateway;
before(async () => {
  gateway = await startGateway({ args: ['--demo'] });
});
after(async () => {
  assert.equal(await gateway.stop(), 0);
  removeDirectory(gateway.dataDir);
});

const admin = (method: string, path: string, body?: unknown, token?: string) =>
  askAdmin(gateway, method, path, body, token);

async function ask(key: string): Promise<number> {
  const response = await fetch(`http://${gateway.address}:8080/anthropic`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

test('a key works from the moment it is shown, and no longer than it should', async () => {
  const path = '/keys/agentgateway-system/laptop';
  const created = await admin('POST', '/keys', {
    name: 'laptop',
    owner: 'lee',
    labels: { team: 'platform' },
  });
  assert.equal(created.status, 201);
  assert.equal(created.body.key.status, 'active');
  const { value } = created.body;
  assert.equal(await ask(value), 200);
  await eventually(async () => {
    const { body } = await admin('GET', '/me', undefined, value);
    assert.equal(body.usage.day.requests, 1);
    assert.ok(body.usage.day.tokens > 100);
    assert.ok(body.key.lastUsedAt);
  });
  const rotated = await admin('POST', `${path}/rotate`, { graceSeconds: 0 });
  assert.equal(await ask(value), 401);
  assert.equal(await ask(rotated.body.value), 200);
  await admin('PATCH', path, { disabled: true });
  assert.equal(await ask(rotated.body.value), 401);
  await admin('PATCH', path, { disabled: false });
  assert.equal(await ask(rotated.body.value), 200);
  assert.equal((await admin('DELETE', path)).status, 204);
  assert.equal(await ask(rotated.body.value), 401);
  assert.ok(!gateway.output().includes(value) && !gateway.output().includes(rotated.body.value));
});

test('a budget holds from the moment it is created until it is deleted', async () => {
  const { value } = (await admin('POST', '/keys', { name: 'bounded', labels: { team: 'bounded' } })).body;
  const spec = {
    selector: { matchLabels: { team: 'bounded' } },
    limit: { requests: 1 },
    window: { lifetime: true },
  };
  const created = await admin('POST', '/budgets', { name: 'one-call', spec });
  assert.equal(created.status, 201);
  assert.equal(await ask(value), 200);
  assert.equal(await ask(value), 429);
  const shown = await admin('GET', '/budgets/agentgateway-system/one-call');
  assert.deepEqual(shown.body.counters, [{ group: '', limit: 1, used: 1, reserved: 0, remaining: 0 }]);
  const { body } = await admin('GET', '/me', undefined, value);
  assert.deepEqual(body.budgets, [
    { name: 'agentgateway-system/one-call', unit: 'requests', ...shown.body.counters[0] },
  ]);
  await admin('DELETE', '/budgets/agentgateway-system/one-call');
  assert.equal(await ask(value), 200);
});

test('the printed link logs a browser in, once', async () => {
  const code = /\?login=([\w-]+)/.exec(gateway.output())![1]!;
  const logIn = () =>
    fetch(`http://${gateway.address}:15000/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: code }),
    });
  const first = await logIn();
  assert.equal(first.status, 200);
  const cookie = first.headers.get('set-cookie')!.split(';', 1)[0]!;
  const keys = await fetch(`http://${gateway.address}:15000/api/v1/keys`, { headers: { cookie } });
  assert.equal(keys.status, 200);
  assert.equal((await logIn()).status, 401);
});

test('a stream of calls tells a call when it has ended', async () => {
  const stream = await fetch(`http://${gateway.address}:15000/api/v1/calls/tail`, {
    headers: { authorization: `Bearer ${adminToken(gateway)}` },
  });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = (await reader.read()).value ?? '';
  assert.equal(await ask('sk-anna-key'), 200);
  while (!seen.includes('"user":"anna"')) seen += (await reader.read()).value ?? '';
  await reader.cancel();
});

test('changes through both APIs are in one audit log', async () => {
  const cluster = await clusterClient(gateway.kubeconfig, gateway.dataDir);
  await admin('POST', '/tokens', { name: 'ci', role: 'viewer' });
  const metadata = { name: 'by-apply', namespace: 'agentgateway-system' };
  const spec = { limit: { requests: 1_000 }, window: { lifetime: true } };
  const budget = { apiVersion: 'tollgate.dev/v1alpha1', kind: 'Budget', metadata, spec };
  await cluster.apply(JSON.stringify(budget));
  const { body } = await admin('GET', '/audit?limit=2');
  const told = body.items.map(({ object, role }: { object: string; role: string }) => `${object} ${role}`);
  assert.deepEqual(told, ['Budget/agentgateway-system/by-apply admin', 'Token/ci admin']);
  assert.match(body.items[0].actor, /^kubeconfig \(\w+/);
});
