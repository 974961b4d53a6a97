/** A gateway that finds very many VirtualKeys in its data directory: what `bench/keys.ts` measures with a million, here on 20,000. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../src/core/resources/object.ts';
import { openResourceStore } from '../src/storage/sqlite/resource-store.ts';
import { askAdmin } from './support/ask-admin.ts';
import { clusterClient } from './support/cluster-client.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

const namespace = 'agentgateway-system';
const count = 20_000;
let gateway: Gateway;
/** Of the last key that was written before the gateway was started. */
let written: string;

before(async () => {
  const dataDir = temporaryDirectory();
  const store = openResourceStore(dataDir);
  const keys = Array.from({ length: count }, (_, n) => keyObject(n));
  written = store.commit(keys.map((object) => ({ type: 'put', object }))).at(-1)!.object.metadata
    .resourceVersion!;
  store.close();
  gateway = await startGateway({ dataDir, args: ['--demo', '--workers', '2'] });
});
after(async () => {
  assert.equal(await gateway.stop(), 0);
  removeDirectory(gateway.dataDir);
});

/** As a former run left it, told that it opens its Gateways. */
function keyObject(n: number): KubeObject {
  const at = '2026-11-25T00:00:00Z';
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Valid',
    message: 'The key opens its Gateways',
  };
  const keyHash = `sha256:${hash('sha256', `key ${n}`)}`;
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      ...{ namespace, name: `key-${n}`, labels: { team: `team-${n % 100}` }, uid: `uid-${n}` },
      ...{ creationTimestamp: at, generation: 1 },
    },
    spec: { owner: `person-${n % 500}`, keyHash, disabled: n % 1_000 === 7 },
    status: { keyHash, conditions: [{ ...accepted, lastTransitionTime: at, observedGeneration: 1 }] },
  };
}

const admin = (method: string, path: string, body?: unknown) => askAdmin(gateway, method, path, body);

/** Statuses of several calls at once, so that both threads answer. */
async function ask(key: string): Promise<number[]> {
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const response = await fetch(`http://${gateway.address}:8080/anthropic`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
      });
      await response.arrayBuffer();
      return response.status;
    }),
  );
  return [...new Set(statuses)];
}

const names = ({ body }: { body: { items: { name: string }[] } }) => body.items.map(({ name }) => name);

test('the first, the last and any other key open from the start; nobody’s value and a disabled key do not', async () => {
  for (const n of [0, count - 1, 4_321]) assert.deepEqual(await ask(`key ${n}`), [200], `key ${n}`);
  assert.deepEqual(await ask('key 7'), [401]);
  for (let n = 0; n < 20; n++) assert.deepEqual(await ask(`nobody ${n}`), [401]);
});

test('nothing was written anew at the start', async () => {
  const cluster = await clusterClient(gateway.kubeconfig, gateway.dataDir);
  const { metadata } = await cluster.get('VirtualKey', namespace, 'key-5');
  assert.equal(Number(written) - Number(metadata.resourceVersion), count - 1 - 5);
});

test('lists and searches give their page and count all, with keys in Secrets at their places', async () => {
  const first = await admin('GET', '/keys?limit=3');
  assert.equal(first.body.total, count + 2);
  assert.deepEqual(names(first), ['anthropic-api-key/anna', 'anthropic-api-key/mike', 'key-0']);
  assert.deepEqual(names(await admin('GET', `/keys?limit=2&offset=${count}`)), ['key-9998', 'key-9999']);
  assert.deepEqual(names(await admin('GET', `/keys?limit=2&after=${namespace}/key-9998`)), ['key-9999']);
  const team = await admin('GET', '/keys?search=TEAM-42&limit=2');
  assert.deepEqual([team.body.total, ...names(team)], [200, 'key-10042', 'key-10142']);
  const disabled = await admin('GET', '/keys?status=disabled&sort=owner&order=desc&limit=1');
  assert.equal(disabled.body.total, 20);
  const broad = await admin('GET', '/keys?search=person&offset=19000&limit=1');
  assert.deepEqual([broad.body.total, names(broad).length], [count, 1]);
});

test('a change is in force in both threads when it is answered', async () => {
  const path = `/keys/${namespace}/key-11111`;
  assert.deepEqual(await ask('key 11111'), [200]);
  assert.equal((await admin('PATCH', path, { disabled: true })).status, 200);
  assert.deepEqual(await ask('key 11111'), [401]);
  await admin('PATCH', path, { disabled: false });
  assert.deepEqual(await ask('key 11111'), [200]);
  const { value } = (await admin('POST', `${path}/rotate`, { graceSeconds: 60 })).body;
  assert.deepEqual([await ask('key 11111'), await ask(value)], [[200], [200]]);
  const again = (await admin('POST', `${path}/rotate`, { graceSeconds: 0 })).body.value;
  assert.deepEqual([await ask('key 11111'), await ask(value), await ask(again)], [[401], [401], [200]]);
  assert.equal((await admin('DELETE', path)).status, 204);
  assert.deepEqual(await ask(again), [401]);
  assert.equal((await admin('POST', '/keys', { name: 'again', value: 'key 4321' })).status, 422);
  const known = { name: 'again', keyHash: `sha256:${hash('sha256', 'key 4321')}` };
  assert.match((await admin('POST', '/keys', known)).body.error.message, /VirtualKey\/.*\/key-4321/);
});

test('a key that was deleted stays so after kill -9, and one that was made stays', async () => {
  const { value } = (await admin('POST', '/keys', { name: 'made', owner: 'me' })).body;
  await admin('DELETE', `/keys/${namespace}/key-12`);
  const { dataDir, address } = gateway;
  await gateway.stop('SIGKILL');
  gateway = await startGateway({ dataDir, address, args: ['--demo', '--workers', '2'] });
  assert.deepEqual([await ask(value), await ask('key 12'), await ask('key 13')], [[200], [401], [200]]);
  const made = (await admin('GET', `/keys/${namespace}/made`)).body;
  assert.deepEqual([made.status, made.owner], ['active', 'me']);
});
