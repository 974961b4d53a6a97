/**
 * `up --cluster`: the admin API, the CLI and the console write keys and budgets to the cluster, with no more rights than the manifests
 * give. One process's embedded API is the cluster; a door in front of it applies the manifests' rules.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runProgram } from '../src/cli/run-program.fixture.ts';
import type { KubeObject } from '../src/core/resources/object.ts';
import { noPostgres, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { type AdminReply, askAdmin } from './support/ask-admin.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, root, startGateway } from './support/gateway.ts';
import { type GuardedCluster, startGuardedCluster } from './support/guarded-cluster.ts';
import { rulesOf } from './support/manifest-rights.ts';
import { startSampleProcess } from './support/sample-provider.ts';

const namespace = 'agentgateway-system';

interface World {
  cluster: GuardedCluster;
  gateway: Gateway;
  admin(method: string, path: string, body?: object): Promise<AdminReply>;
  stored(kind: 'VirtualKey' | 'Budget', name: string): KubeObject | undefined;
  ask(key: string): Promise<number>;
}

async function world(t: TestContext, args: string[] = [], env: Record<string, string> = {}): Promise<World> {
  const cluster = await startGuardedCluster(t, rulesOf('tollgate.yaml'));
  const gatewayFile = readFileSync(join(root, 'testdata/scenario/20-gateway.yaml'), 'utf8');
  cluster.apply(...parseAllDocuments(gatewayFile).map((document) => document.toJS() as KubeObject), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'anthropic-secret', namespace },
    stringData: { Authorization: 'sk-not-a-real-key' },
  });
  const provider = await startSampleProcess();
  const gateway = await startGateway({
    args: ['--cluster', '--provider-url', `anthropic=${provider.url}`, ...args],
    env: { ...env, KUBECONFIG: cluster.kubeconfig },
  });
  t.after(async () => {
    await gateway.stop();
    await provider.stop();
    removeDirectory(gateway.dataDir);
  });
  return {
    cluster,
    gateway,
    admin: (...call) => askAdmin(gateway, ...call),
    stored: (kind, name) => cluster.store.get({ group: 'tollgate.dev', kind, namespace, name }),
    ask: async (key) => {
      const answer = await fetch(`http://${gateway.address}:8080/anthropic`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
      });
      await answer.body?.cancel();
      return answer.status;
    },
  };
}

const specOf = (object: KubeObject | undefined) => object?.['spec'] as Record<string, unknown> | undefined;

test('keys and budgets are made, changed and deleted in the cluster, in force when the answer comes', async (t) => {
  const { cluster, gateway, admin, stored, ask } = await world(t);
  const made = await admin('POST', '/keys', { name: 'laptop', owner: 'mike' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(await ask(made.body.value), 200);
  assert.equal(specOf(stored('VirtualKey', 'laptop'))?.['owner'], 'mike');
  const fields = JSON.stringify(stored('VirtualKey', 'laptop')?.metadata.managedFields);
  assert.match(fields, /"manager":"tollgate-admin","operation":"Update"/);
  assert.equal((await admin('POST', '/keys', { name: 'laptop' })).body.error.code, 'exists');
  assert.equal((await admin('POST', '/keys', { name: 'Not A Name' })).body.error.field, 'name');
  const path = `/keys/${namespace}/laptop`;
  const rotated = await admin('POST', `${path}/rotate`, { graceSeconds: 0 });
  assert.deepEqual([await ask(made.body.value), await ask(rotated.body.value)], [401, 200]);
  assert.equal((await admin('PATCH', path, { disabled: true })).status, 200);
  assert.equal(await ask(rotated.body.value), 401);
  assert.equal((await admin('DELETE', path)).status, 204);
  assert.equal(stored('VirtualKey', 'laptop'), undefined);
  assert.equal((await admin('DELETE', path)).status, 404);
  assert.equal((await admin('GET', path)).status, 404);

  const spec = { limit: { tokens: 10 }, window: { calendar: 'Day' } };
  assert.equal((await admin('POST', '/budgets', { name: 'daily', spec })).status, 201);
  const dry = {
    yaml: JSON.stringify({ ...stored('Budget', 'daily'), spec: { ...spec, limit: { tokens: 15 } } }),
  };
  const preview = await admin('POST', '/resources:apply', { ...dry, dryRun: true });
  assert.equal(preview.body.results[0].action, 'configured', JSON.stringify(preview.body));
  assert.deepEqual(specOf(stored('Budget', 'daily'))?.['limit'], { tokens: 10 });
  assert.equal((await admin('POST', '/resources:apply', dry)).body.applied, true);
  assert.deepEqual(specOf(stored('Budget', 'daily'))?.['limit'], { tokens: 15 });
  const wrong = await admin('PUT', `/budgets/${namespace}/daily`, {
    spec: { ...spec, limit: { tokens: -1 } },
  });
  assert.deepEqual([wrong.status, wrong.body.error.field], [422, 'spec.limit.tokens']);
  assert.equal((await admin('DELETE', `/budgets/${namespace}/daily`)).status, 204);
  assert.equal(stored('Budget', 'daily'), undefined);

  const audit = (await admin('GET', '/audit?limit=50')).body.items.toReversed();
  assert.deepEqual(
    audit.map(({ action }: { action: string }) => action),
    [
      ...['keys.create', 'keys.rotate', 'keys.change', 'keys.delete'],
      ...['budgets.create', 'resources.apply', 'budgets.delete'],
    ],
  );
  const written = [...cluster.asked].filter((one) => /^(create|update|delete) /.test(one)).sort();
  const kinds = ['tollgate.dev/budgets', 'tollgate.dev/virtualkeys'];
  assert.deepEqual(
    written,
    ['create', 'delete', 'update'].flatMap((verb) => kinds.map((kind) => `${verb} ${kind}`)),
  );
  assert.ok(!gateway.output().includes(made.body.value));
});

test('a change that somebody else made in between is a conflict; one of the status is none', async (t) => {
  const { cluster, admin, stored } = await world(t);
  const path = `/keys/${namespace}/laptop`;
  const { body } = await admin('POST', '/keys', { name: 'laptop', owner: 'mike' });
  const { resourceVersion } = body.key;
  const inKubectl = (spec: object) => {
    const live = stored('VirtualKey', 'laptop')!;
    cluster.apply({ ...live, metadata: { name: 'laptop', namespace }, spec: { ...specOf(live), ...spec } });
  };
  // The status of the new key has been written since.
  await eventually(() => assert.notEqual(stored('VirtualKey', 'laptop')!['status'], undefined));
  await eventually(async () => assert.equal((await admin('GET', path)).body.status, 'active'));
  cluster.watchesHeld = true;
  const touched = stored('VirtualKey', 'laptop')!;
  cluster.store.commit([
    {
      type: 'put',
      object: {
        ...touched,
        status: { ...(touched['status'] as object), lastUsedAt: '2026-11-25T12:00:00Z' },
      },
    },
  ]);
  assert.equal((await admin('PATCH', path, { owner: 'anna' })).status, 200);
  assert.equal(specOf(stored('VirtualKey', 'laptop'))?.['owner'], 'anna');
  assert.equal(
    (stored('VirtualKey', 'laptop')!['status'] as { lastUsedAt: string }).lastUsedAt,
    '2026-11-25T12:00:00Z',
  );

  inKubectl({ disabled: true });
  const refused = await admin('PATCH', path, { owner: 'eve' });
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'conflict']);
  assert.equal(specOf(stored('VirtualKey', 'laptop'))?.['owner'], 'anna');
  cluster.watchesHeld = false;
  await eventually(async () => assert.equal((await admin('GET', path)).body.status, 'disabled'));
  const old = await admin('PATCH', path, { owner: 'eve', resourceVersion });
  assert.equal(old.status, 409);
  assert.equal((await admin('PATCH', path, { owner: 'eve' })).status, 200);
});

test('what the watches tell late of the time before changes nothing of what was written', async (t) => {
  const { cluster, admin, ask } = await world(t);
  cluster.watchesHeld = true;
  const one = await admin('POST', '/keys', { name: 'one' });
  const two = await admin('POST', '/keys', { name: 'two' });
  for (const owner of ['a', 'b', 'c'])
    assert.equal((await admin('PATCH', `/keys/${namespace}/one`, { owner })).status, 200);
  await admin('DELETE', `/keys/${namespace}/two`);
  const again = await admin('POST', '/keys', { name: 'two', owner: 'later' });
  assert.equal(again.status, 201);
  cluster.watchesHeld = false;
  for (let look = 0; look < 100; look++) {
    assert.equal((await admin('GET', `/keys/${namespace}/one`)).body.owner, 'c');
    assert.equal((await admin('GET', `/keys/${namespace}/two`)).body.owner, 'later');
  }
  assert.deepEqual(
    [await ask(one.body.value), await ask(two.body.value), await ask(again.body.value)],
    [200, 401, 200],
  );
});

test('tollgate keys works against a gateway of a cluster', async (t) => {
  const { gateway, stored, ask } = await world(t);
  const env = { TOLLGATE_ADMIN_URL: `http://${gateway.address}:15000`, TOLLGATE_DATA_DIR: gateway.dataDir };
  const tollgate = (...args: string[]) => runProgram(args, { env });
  // Without any key the Gateway would ask for none.
  assert.equal((await tollgate('keys', 'create', 'another')).code, 0);
  const made = await tollgate('keys', 'create', 'ci', '--owner', 'build', '-o', 'json');
  assert.equal(made.code, 0, made.stderr);
  const { value } = JSON.parse(made.stdout) as { value: string };
  assert.equal(await ask(value), 200);
  assert.equal(specOf(stored('VirtualKey', 'ci'))?.['owner'], 'build');
  assert.match((await tollgate('keys', 'list')).stdout, /ci .*build/);
  assert.equal((await tollgate('keys', 'delete', 'ci', '--yes')).code, 0);
  assert.equal(stored('VirtualKey', 'ci'), undefined);
  assert.equal(await ask(value), 401);
});

test('what the account may not is refused, by the word of the cluster; a cluster that is away by 503', async (t) => {
  const { cluster, gateway, admin, ask } = await world(t);
  const route = cluster.store.get({
    group: 'gateway.networking.k8s.io',
    kind: 'HTTPRoute',
    namespace,
    name: 'claude',
  })!;
  const yaml = JSON.stringify({ ...route, metadata: { ...route.metadata, labels: { edited: 'yes' } } });
  const refused = await admin('POST', '/resources:apply', { yaml });
  assert.match(refused.body.results[0].error, /cannot update/);
  cluster.rules = [...cluster.rules, ...rulesOf('optional-rights.yaml', 'tollgate-editor')];
  assert.equal((await admin('POST', '/resources:apply', { yaml })).body.applied, true);

  const { body } = await admin('POST', '/keys', { name: 'laptop' });
  cluster.rules = cluster.rules.filter(({ verbs }) => !verbs.includes('delete'));
  const kept = await admin('DELETE', `/keys/${namespace}/laptop`);
  assert.deepEqual([kept.status, kept.body.error.code], [403, 'forbidden']);
  cluster.failing = 503;
  const away = await admin('POST', '/keys', { name: 'other' });
  assert.deepEqual([away.status, away.body.error.code], [503, 'unavailable']);
  assert.equal(await ask(body.value), 200);
  assert.ok(!gateway.output().includes(body.value));
});

test('values are issued only where that is switched on, and with its own right', async (t) => {
  const key: KubeObject = {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name: 'issued', namespace },
    spec: { owner: 'ci', issueTo: { secretName: 'issued' } },
  };
  const secretIn = (cluster: GuardedCluster) =>
    cluster.store.get({ group: '', kind: 'Secret', namespace, name: 'issued' });
  const off = await world(t);
  off.cluster.apply(key);
  await eventually(async () =>
    assert.equal((await off.admin('GET', `/keys/${namespace}/issued`)).body.status, 'pending'),
  );
  assert.equal(secretIn(off.cluster), undefined);
  assert.ok(![...off.cluster.asked].some((one) => /(create|patch) \/secrets/.test(one)));

  const on = await world(t, ['--issue-keys']);
  on.cluster.apply({ ...key, metadata: { name: 'early', namespace } });
  await eventually(() => assert.match(on.gateway.output(), /may not create Secrets there/));
  on.cluster.store.commit([
    { type: 'delete', ref: { group: 'tollgate.dev', kind: 'VirtualKey', namespace, name: 'early' } },
  ]);
  on.cluster.rules = [...on.cluster.rules, ...rulesOf('optional-rights.yaml', 'tollgate-issue-keys')];
  on.cluster.apply(key);
  await eventually(() => assert.notEqual(secretIn(on.cluster), undefined));
  const [entry] = Object.values(secretIn(on.cluster)!['data'] as Record<string, string>);
  // However often it is looked at meanwhile.
  on.cluster.apply({ ...key, metadata: { ...key.metadata, labels: { looked: 'at' } } });
  await eventually(async () => assert.equal(await on.ask(Buffer.from(entry!, 'base64').toString()), 200));
});

test('several gateways of a cluster that share a Postgres: one of them writes the statuses, another when it is gone', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const env = { TOLLGATE_POSTGRES_URL: await server.createDatabase() };
  const { cluster, gateway } = await world(t, [], env);
  const other = await startGateway({
    args: ['--cluster'],
    env: { ...env, KUBECONFIG: cluster.kubeconfig },
  });
  t.after(async () => {
    await other.stop();
    removeDirectory(other.dataDir);
  });
  const ref = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace, name: 'agentgateway-route' };
  const told = () => {
    const { metadata, status } = cluster.store.get(ref)!;
    const { addresses = [] } = (status ?? {}) as { addresses?: { value: string }[] };
    return { address: addresses[0]?.value, version: metadata.resourceVersion };
  };
  await eventually(() => assert.equal(told().address, gateway.address), 10_000);
  const live = cluster.store.get(ref)!;
  cluster.apply({ ...live, metadata: { name: ref.name, namespace, annotations: { looked: 'at' } } });
  const { version } = told();
  for (const one of [gateway, other]) {
    await eventually(async () =>
      assert.match(JSON.stringify((await askAdmin(one, 'GET', '/resources/Gateway')).body), /"looked":"at"/),
    );
    // Answers when every change so far is in force and told.
    const key = { name: `settled-${one === other ? 'other' : 'one'}` };
    assert.equal((await askAdmin(one, 'POST', '/keys', key)).status, 201);
  }
  assert.deepEqual(told(), { address: gateway.address, version });
  await gateway.stop();
  await eventually(() => assert.equal(told().address, other.address), 10_000);
});
