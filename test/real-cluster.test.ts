/**
 * `up --cluster` with a real Kubernetes API server: it admits our CRDs and manifests, the gateway has no more rights than they give,
 * and goes on when the server forgets revisions or is killed.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { askAdmin } from './support/ask-admin.ts';
import { hasKubectl } from './support/cluster-client.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, root, startGateway } from './support/gateway.ts';
import { type KubernetesServer, noKubernetes, startKubernetes } from './support/kubernetes-server.ts';
import { type SampleProvider, startSampleProcess } from './support/sample-provider.ts';

const namespace = 'agentgateway-system';
const scenario = (file: string) => readFileSync(join(root, 'testdata/scenario', file), 'utf8');
const question = JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] });
const withinMs = 15_000;

suite('a real Kubernetes API server', {
  skip: hasKubectl ? noKubernetes : 'kubectl is not installed',
}, () => {
  let cluster: KubernetesServer;
  let provider: SampleProvider;
  let gateway: Gateway;

  const apply = (yaml: string) => cluster.kubectl(['apply', '-f', '-'], yaml);
  const get = (...args: string[]) => cluster.kubectl(['get', '-n', namespace, ...args]);
  const ask = async (key: string) => {
    const answer = await fetch(`http://${gateway.address}:8080/anthropic`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: question,
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const admin = (method: string, path: string, body?: object) => askAdmin(gateway, method, path, body);

  before(async () => {
    cluster = await startKubernetes();
    provider = await startSampleProcess();
  });
  after(async () => {
    await gateway?.stop();
    await provider?.stop();
    await cluster?.stop();
    if (gateway !== undefined) removeDirectory(gateway.dataDir);
  });

  test('our CRDs and manifests are admitted, twice', () => {
    // One of them is too large for the annotation of a client-side apply.
    const crds = ['apply', '--server-side', '-f', join(root, 'deploy/crds')];
    for (let again = 0; again < 2; again++)
      assert.equal(cluster.kubectl(crds).match(/ serverside-applied$/gm)?.length, 8);
    cluster.kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
    const wrong = '{.items[*].status.conditions[?(@.type=="NonStructuralSchema")].message}';
    assert.equal(cluster.kubectl(['get', 'crd', '-o', `jsonpath=${wrong}`]), '');
    cluster.kubectl(['create', 'namespace', namespace]);
    for (const file of ['tollgate', 'optional-rights']) {
      const said = cluster.kubectl(['apply', '-f', join(root, `deploy/manifests/${file}.yaml`)]);
      assert.doesNotMatch(said, /warning/i);
    }
  });

  test('the walkthrough works with the rights of the manifests', async () => {
    gateway = await startGateway({
      args: ['--cluster', '--issue-keys', '--provider-url', `anthropic=${provider.url}`],
      env: { KUBECONFIG: cluster.accountKubeconfig('tollgate-system', 'tollgate') },
    });
    for (const file of ['40-policy', '20-gateway', '25-ratelimit-server', '30-ratelimit-config'])
      apply(scenario(`${file}.yaml`));
    apply(scenario('10-virtual-key-secret.yaml'));
    const literal = ['--from-literal=Authorization=sk-not-a-real-key'];
    cluster.kubectl(['create', 'secret', 'generic', 'anthropic-secret', '-n', namespace, ...literal]);
    await eventually(async () => assert.equal(await ask('sk-nobody'), 401), withinMs);
    await eventually(async () => assert.equal(await ask('sk-mike-key'), 200), withinMs);
    await eventually(async () => assert.equal(await ask('sk-mike-key'), 429), withinMs);
    await eventually(() => {
      assert.match(get('gateway', 'agentgateway-route', '-o', 'json'), /"reason": "Programmed"/);
      assert.match(get('httproute', 'claude', '-o', 'json'), /"type": "ResolvedRefs"/);
      assert.match(get('agentgatewaybackend', 'anthropic', '-o', 'json'), /Backend successfully accepted/);
      assert.match(get('agentgatewaypolicy', 'api-key-auth', '-o', 'json'), /Attached to all targets/);
    }, withinMs);
  });

  test('a key and its budget: made by the admin API, read and changed by kubectl, in force at once', async () => {
    const made = await admin('POST', '/keys', { name: 'laptop', owner: 'anna', labels: { team: 'blue' } });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(await ask(made.body.value), 200);
    assert.match(get('virtualkeys'), /laptop\s+anna/);
    assert.doesNotMatch(get('virtualkeys', '-o', 'yaml'), new RegExp(made.body.value));
    apply(`apiVersion: tollgate.dev/v1alpha1
kind: Budget
metadata: {name: anna, namespace: ${namespace}}
spec:
  selector: {matchLabels: {team: blue}}
  limit: {requests: 1}
  window: {calendar: Day}
`);
    await eventually(async () => assert.equal(await ask(made.body.value), 429), withinMs);
    cluster.kubectl(['delete', 'budget', 'anna', '-n', namespace]);
    await eventually(async () => assert.equal(await ask(made.body.value), 200), withinMs);
    const patch = ['patch', 'virtualkey', 'laptop', '-n', namespace, '--type=merge', '-p'];
    cluster.kubectl([...patch, '{"spec":{"disabled":true}}']);
    await eventually(async () => assert.equal(await ask(made.body.value), 401), withinMs);
    assert.equal((await admin('PATCH', `/keys/${namespace}/laptop`, { disabled: false })).status, 200);
    assert.equal(await ask(made.body.value), 200);
    await eventually(() => assert.match(get('virtualkey', 'laptop', '-o', 'json'), /"conditions"/), withinMs);
    assert.equal((await admin('DELETE', `/keys/${namespace}/laptop`)).status, 204);
    assert.equal(await ask(made.body.value), 401);
  });

  test('what is wrong is refused by the cluster, with the field', async () => {
    const budget = (limit: string) =>
      `apiVersion: tollgate.dev/v1alpha1
kind: Budget
metadata: {name: wrong, namespace: ${namespace}}
spec: {limit: ${limit}}
`;
    assert.throws(() => apply(budget('{tokens: -1}')), /spec\.limit\.tokens/);
    assert.throws(() => apply(budget('{tokns: 1}')), /unknown field "spec\.limit\.tokns"/);
    const refused = await admin('POST', '/budgets', { name: 'wrong', spec: { limit: { tokens: -1 } } });
    assert.equal(refused.status, 422, JSON.stringify(refused.body));
  });

  test('the value of a key is issued into a new Secret, which goes with the key', async () => {
    apply(`apiVersion: tollgate.dev/v1alpha1
kind: VirtualKey
metadata: {name: ci, namespace: ${namespace}}
spec: {owner: build, issueTo: {secretName: ci-key}}
`);
    await eventually(async () => {
      const secret = JSON.parse(get('secret', 'ci-key', '-o', 'json'));
      const [value] = Object.values(secret.data as Record<string, string>);
      assert.equal(secret.metadata.ownerReferences[0].kind, 'VirtualKey');
      assert.equal(await ask(Buffer.from(value!, 'base64').toString()), 200);
    }, withinMs);
  });

  test('revisions are forgotten and the server is killed: what changed meanwhile is seen', async () => {
    const key = async (name: string) => {
      const made = await admin('POST', '/keys', { name, owner: name });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      return made.body.value as string;
    };
    const [one, two] = [await key('one'), await key('two')];
    await cluster.compact();
    await cluster.crash();
    assert.deepEqual([await ask(one), await ask(two)], [200, 200]);
    assert.equal((await admin('POST', '/keys', { name: 'three' })).status, 503);
    await cluster.start();
    cluster.kubectl(['delete', 'virtualkey', 'one', '-n', namespace]);
    await cluster.compact();
    await eventually(async () => assert.deepEqual([await ask(one), await ask(two)], [401, 200]), 30_000);
    assert.equal((await admin('POST', '/keys', { name: 'three' })).status, 201);
    assert.match(get('virtualkeys'), /three/);
  });

  test('a right that is taken away is a refusal that names it', async () => {
    const rules = JSON.parse(cluster.kubectl(['get', 'clusterrole', 'tollgate', '-o', 'json'])).rules;
    const read = rules.filter(({ verbs }: { verbs: string[] }) => !verbs.includes('create'));
    const patch = ['patch', 'clusterrole', 'tollgate', '--type=merge', '-p'];
    cluster.kubectl([...patch, JSON.stringify({ rules: read })]);
    await eventually(async () => {
      const refused = await admin('POST', '/keys', { name: 'four' });
      assert.equal(refused.status, 403);
      assert.match(JSON.stringify(refused.body), /cannot create resource/);
    }, withinMs);
  });

  test('nothing secret is in its log', () => {
    assert.doesNotMatch(gateway.output(), /sk-not-a-real-key|sk-mike-key|eyJhbGciOi/);
  });
});
