/** `up --cluster`: another API server holds the resources; here one process's embedded API is the other's cluster. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { applyObjects } from '../src/apiserver/apply-objects.ts';
import { openRegistry } from '../src/apiserver/registry/registry.ts';
import { startApiServer } from '../src/apiserver/server.ts';
import { allKinds } from '../src/core/resources/kinds.ts';
import type { KubeObject } from '../src/core/resources/object.ts';
import { openResourceStore } from '../src/storage/sqlite/resource-store.ts';
import { eventually } from './support/eventually.ts';
import { removeDirectory, root, startGateway, temporaryDirectory } from './support/gateway.ts';
import { exchange, request } from './support/raw-http.ts';
import { startSampleProcess } from './support/sample-provider.ts';

const scenario = (file: string) =>
  parseAllDocuments(readFileSync(join(root, 'testdata/scenario', file), 'utf8')).map(
    (d) => d.toJS() as KubeObject,
  );

test('resources come from the cluster, statuses go there, changes take effect', async (t) => {
  const clusterDir = join(temporaryDirectory(), 'cluster');
  mkdirSync(clusterDir);
  const store = openResourceStore(clusterDir);
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date() });
  const cluster = await startApiServer({
    registry,
    dataDir: clusterDir,
    port: 0,
    onError: (error) => assert.fail(String(error)),
  });
  const provider = await startSampleProcess();
  for (const file of ['10-virtual-key-secret', '20-gateway', '30-ratelimit-config', '40-policy']) {
    applyObjects(registry, scenario(`${file}.yaml`));
  }
  const gateway = await startGateway({
    args: ['--cluster', '--provider-url', `anthropic=${provider.url}`],
    env: { KUBECONFIG: cluster.kubeconfigPath },
  });
  t.after(async () => {
    await gateway.stop();
    await provider.stop();
    await cluster.close();
    store.close();
    removeDirectory(gateway.dataDir);
    removeDirectory(clusterDir);
  });
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] });
  const call = (key: string) =>
    exchange(
      gateway.address,
      8080,
      request(
        'POST',
        'x',
        '/anthropic',
        { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      ),
    );
  const status = (kind: string, name: string, group: string) =>
    JSON.stringify(store.get({ group, kind, namespace: 'agentgateway-system', name })?.['status']);

  assert.equal((await call('sk-nobody')).status, 401);
  assert.equal((await call('sk-mike-key')).status, 500);
  await eventually(() =>
    assert.match(
      status('AgentgatewayBackend', 'anthropic', 'agentgateway.dev'),
      /secret agentgateway-system\/anthropic-secret not found/,
    ),
  );
  applyObjects(registry, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'anthropic-secret', namespace: 'agentgateway-system' },
      stringData: { Authorization: 'sk-not-a-real-key' },
    },
  ]);
  await eventually(async () => assert.equal((await call('sk-mike-key')).status, 200));
  assert.equal((await call('sk-mike-key')).status, 429);
  await eventually(() =>
    assert.match(status('AgentgatewayPolicy', 'api-key-auth', 'agentgateway.dev'), /Attached to all targets/),
  );
  await eventually(() =>
    assert.match(
      status('Gateway', 'agentgateway-route', 'gateway.networking.k8s.io'),
      new RegExp(gateway.address.replaceAll('.', '\\.')),
    ),
  );
});
