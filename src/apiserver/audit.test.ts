/** What kubectl changes is told to the audit log: by whom, which object, which fields; never secrets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubectlMissing, startTestServer, type TestServer } from './api-server.fixture.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one' },
  data,
});

async function started(t: { after(end: () => Promise<void>): void }): Promise<TestServer> {
  const api = await startTestServer();
  t.after(() => api.close());
  return api;
}

test('creations, changes, patches and deletions are told; what changes nothing and dry runs are not', async (t) => {
  const api = await started(t);
  const agent = { 'user-agent': 'helm/3.9 (linux)' };
  await api.http('POST', `${configMaps}?dryRun=All`, configMap({}), agent);
  await api.http('POST', configMaps, configMap({ a: '1' }), agent);
  await api.http('PUT', `${configMaps}/one`, configMap({ a: '1' }), agent);
  await api.http('PUT', `${configMaps}/one`, configMap({ a: '2' }), agent);
  const patch = { ...agent, 'content-type': 'application/merge-patch+json' };
  await api.http('PATCH', `${configMaps}/one`, { data: { b: '3' } }, patch);
  await api.http('DELETE', `${configMaps}/one`, undefined, agent);
  assert.deepEqual(
    api.audited.map(({ atMs: _, ...entry }) => entry),
    [
      ['create', [{ field: 'data.a', to: '1' }]],
      ['update', [{ field: 'data.a', from: '1', to: '2' }]],
      ['update', [{ field: 'data.b', to: '3' }]],
      [
        'delete',
        [
          { field: 'data.a', from: '2' },
          { field: 'data.b', from: '3' },
        ],
      ],
    ].map(([action, changes]) => ({
      actor: 'kubeconfig (helm)',
      role: 'admin',
      action,
      object: 'ConfigMap/default/one',
      changes,
    })),
  );
});

test('a status is no change, and what is refused is none either', async (t) => {
  const api = await started(t);
  const budgets = '/apis/tollgate.dev/v1alpha1/namespaces/default/budgets';
  const budget = {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: 'b' },
    spec: { limit: { tokens: 1 }, window: { calendar: 'Day' } },
  };
  const created = (await api.http('POST', budgets, budget)).json();
  const told = api.audited.length;
  const status = { ...created, status: { groups: 1 } };
  assert.equal((await api.http('PUT', `${budgets}/b/status`, status)).status, 200);
  assert.equal((await api.http('POST', budgets, budget)).status, 409);
  assert.equal((await api.http('POST', budgets, { ...budget, spec: {} })).status, 422);
  assert.equal(api.audited.length, told);
});

test('kubectl apply is told with the field that changed; a Secret without its values', {
  skip: kubectlMissing,
}, async (t) => {
  const api = await started(t);
  const secret = (value: string) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { mike: value },
    });
  assert.equal((await api.kubectl('apply -f -', secret('sk-first'))).code, 0);
  assert.equal(
    (await api.kubectl('apply --server-side --force-conflicts -f -', secret('sk-second'))).code,
    0,
  );
  const [first, second] = api.audited.filter(({ object }) => object === 'Secret/default/s');
  assert.equal(first?.actor, 'kubeconfig (kubectl)');
  assert.ok(second?.changes.some(({ field, to }) => field === 'data.mike' && to === '(hidden)'));
  for (const secretText of ['sk-first', 'sk-second'])
    for (const form of [secretText, Buffer.from(secretText).toString('base64')])
      assert.ok(!JSON.stringify(api.audited).includes(form));
});
