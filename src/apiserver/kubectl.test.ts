/** The real kubectl against a real server: every command that the walkthrough and its reader may type. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kubectlMissing, type Output, startTestServer, type TestServer } from './api-server.fixture.ts';

const scenario = fileURLToPath(new URL('../../testdata/scenario', import.meta.url));
const files = readdirSync(scenario).filter((name) => name.endsWith('.yaml'));
const configMap = (name: string, data: string, extra = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default${extra}}\ndata: ${data}\n`;

describe('kubectl', { skip: kubectlMissing }, () => {
  let api: TestServer;
  before(async () => {
    api = await startTestServer();
  });
  after(() => api.close());

  async function ok(args: string, stdin?: string, environment?: Record<string, string>): Promise<string> {
    const output = await api.kubectl(args, stdin, environment);
    assert.equal(output.code, 0, `kubectl ${args}: ${output.stderr}`);
    return output.stdout;
  }
  async function fails(args: string, text: RegExp, stdin?: string): Promise<Output> {
    const output = await api.kubectl(args, stdin);
    assert.notEqual(output.code, 0, `kubectl ${args}`);
    assert.match(output.stderr + output.stdout, text);
    return output;
  }

  test('version and api-resources', async () => {
    assert.match(await ok('version'), /Server Version: v1\.34/);
    const resources = await ok('api-resources');
    for (const line of [/^secrets +v1 +true +Secret$/m, /^httproutes +\S+\/v1 +true +HTTPRoute$/m]) {
      assert.match(resources, line);
    }
  });

  test('create secret --dry-run=client piped into apply', async () => {
    const manifest = await ok(
      'create secret generic anthropic-secret -n agentgateway-system --from-literal=Authorization=sk-x --dry-run=client -o yaml',
    );
    assert.match(await ok('apply -f -', manifest), /secret\/anthropic-secret created/);
    const revision = api.registry.store.revision();
    await ok('apply -f -', manifest);
    assert.equal(api.registry.store.revision(), revision, 'a second apply writes nothing');
    const value = await ok(
      'get secret -n agentgateway-system anthropic-secret -o jsonpath={.data.Authorization}',
    );
    assert.equal(Buffer.from(value, 'base64').toString(), 'sk-x');
  });

  test('every file of the walkthrough applies, and again without a change', async () => {
    for (const file of files) await ok(`apply -f ${join(scenario, file)}`);
    const revision = api.registry.store.revision();
    for (const file of files) await ok(`apply -f ${join(scenario, file)}`);
    assert.equal(api.registry.store.revision(), revision);
    assert.match(
      await ok('get secret -n agentgateway-system anthropic-api-key -o jsonpath={.data.mike}'),
      /^ewog/,
    );
  });

  test('get: table, wide, name, yaml, json, jsonpath, selectors, all namespaces', async () => {
    assert.match(await ok('get gateway -A'), /NAMESPACE +NAME +CLASS +ADDRESS +PROGRAMMED +AGE/);
    assert.match(
      await ok('get svc -n ratelimit -o wide'),
      /ratelimit +ClusterIP +10\.96\.\S+ +<none> +8081\/TCP +\d+s +app=ratelimit/,
    );
    assert.equal(
      await ok('get httproute -n agentgateway-system -o name'),
      'httproute.gateway.networking.k8s.io/claude\n',
    );
    assert.match(await ok('get httproute claude -n agentgateway-system -o yaml'), /weight: 1/);
    assert.equal(JSON.parse(await ok('get cm -n ratelimit -o json')).items.length, 1);
    assert.match(await ok('get deploy,cm -A'), /deployment\.apps\/redis/);
    await fails('get gateway nope', /gateways.gateway.networking.k8s.io "nope" not found/);
    await fails('get gateway -A --field-selector spec.foo=x', /field label not supported: spec.foo/);
    const one = 'get svc -n ratelimit --field-selector metadata.name=redis -o name';
    assert.equal(await ok(one), 'service/redis\n');
  });

  test('label, annotate, and selecting by label', async () => {
    await ok('label gateway -n agentgateway-system agentgateway-route tier=front');
    await ok('annotate gateway -n agentgateway-system agentgateway-route note=hello');
    assert.match(await ok('get gateway -A -l tier=front -o name'), /agentgateway-route/);
    assert.equal(await ok("get gateway -A -l 'tier notin (front)' -o name"), '');
    assert.match(await ok("get gateway -A -l 'tier in (front,back),!other' -o name"), /agentgateway-route/);
    await ok('label gateway -n agentgateway-system agentgateway-route tier-');
    assert.equal(await ok('get gateway -A -l tier -o name'), '');
    const generation =
      'get gateway -n agentgateway-system agentgateway-route -o jsonpath={.metadata.generation}';
    assert.equal(await ok(generation), '1');
  });

  test('describe and explain', async () => {
    assert.match(
      await ok('describe httproute -n agentgateway-system claude'),
      /Replace Full Path: +\/v1\/chat\/completions/,
    );
    assert.match(await ok('describe svc -n ratelimit ratelimit'), /Port: +grpc +8081\/TCP/);
    assert.match(await ok('explain agentgatewaypolicy.spec.traffic.rateLimit'), /global|conditional/);
    assert.match(await ok('explain secret.stringData'), /FIELD: stringData/);
  });

  test('patch: merge, JSON, strategic; strategic on a custom resource is refused', async () => {
    await ok('apply -f -', configMap('patched', '{a: "1"}'));
    await ok(`patch cm patched --type merge -p '{"data":{"b":"2"}}'`);
    await ok(`patch cm patched --type json -p '[{"op":"replace","path":"/data/a","value":"9"}]'`);
    await ok(`patch cm patched -p '{"data":{"c":"3"}}'`);
    assert.equal(await ok('get cm patched -o jsonpath={.data}'), '{"a":"9","b":"2","c":"3"}');
    await ok(
      `patch svc -n ratelimit redis -p '{"spec":{"ports":[{"port":6380,"name":"b"},{"port":6379,"name":"a"}]}}'`,
    );
    assert.equal(await ok('get svc -n ratelimit redis -o jsonpath={.spec.ports[*].port}'), '6379 6380');
    await fails(
      `patch httproute -n agentgateway-system claude --type strategic -p '{}'`,
      /not supported|415|unknown format/,
    );
    await fails(`patch cm patched --type json -p '[{"op":"remove","path":"/data/zz"}]'`, /does not exist/);
  });

  test('edit and diff', async () => {
    await ok('apply -f -', configMap('edited', '{colour: red}'));
    await ok('edit cm edited', '', { KUBE_EDITOR: 'sed -i s/red$/blue/' });
    assert.equal(await ok('get cm edited -o jsonpath={.data.colour}'), 'blue');
    const difference = await api.kubectl('diff -f -', configMap('edited', '{colour: green}'));
    assert.equal(difference.code, 1, difference.stderr);
    assert.match(difference.stdout, /- {2}colour: blue\n\+ {2}colour: green/);
    assert.equal(await ok('get cm edited -o jsonpath={.data.colour}'), 'blue');
  });

  test('replace with a stale version is a conflict', async () => {
    await ok('apply -f -', configMap('replaced', '{a: b}'));
    await fails(
      'replace -f -',
      /the object has been modified/,
      configMap('replaced', '{a: c}', ', resourceVersion: "1"'),
    );
    await ok('replace -f -', configMap('replaced', '{a: c}'));
    await fails('create -f -', /configmaps "replaced" already exists/, configMap('replaced', '{}'));
  });

  test('wait sees a condition that comes, and times out on one that does not', async () => {
    const gateway = 'gateway -n agentgateway-system agentgateway-route';
    const waiting = ok(`wait --for=condition=Accepted ${gateway} --timeout=20s`);
    const status = {
      conditions: [
        {
          type: 'Accepted',
          status: 'True',
          reason: 'Accepted',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    };
    const path =
      '/apis/gateway.networking.k8s.io/v1/namespaces/agentgateway-system/gateways/agentgateway-route/status';
    const answer = await api.http(
      'PATCH',
      path,
      { status },
      { 'content-type': 'application/merge-patch+json' },
    );
    assert.equal(answer.status, 200, answer.body);
    assert.match(await waiting, /condition met/);
    await fails(`wait --for=condition=Programmed ${gateway} --timeout=1s`, /timed out waiting/);
  });

  test('get -w shows rows as they come', async () => {
    await ok('apply -f -', configMap('watched', '{}'));
    const child = spawn('kubectl', [
      '--kubeconfig',
      api.server.kubeconfigPath,
      '--cache-dir',
      join(api.directory, 'cache'),
      'get',
      'cm',
      'watched',
      '-w',
    ]);
    let output = '';
    const rows = (count: number) =>
      new Promise<void>((resolve) => {
        child.stdout.on('data', () => {
          if (output.split('\n').length > count + 1) resolve();
        });
      });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await rows(1);
    const changed = rows(2);
    await ok(`patch cm watched -p '{"data":{"a":"1"}}'`);
    await changed;
    child.kill();
    assert.match(output, /NAME +DATA +AGE\nwatched +0 +\d+s\nwatched +1 +/);
  });

  test('unknown fields, wrong values and broken YAML name what is wrong', async () => {
    const route = readFileSync(join(scenario, '20-gateway.yaml'), 'utf8');
    await fails(
      'apply -f -',
      /unknown field "spec.rules\[0\].bogus"/,
      route.replace('  - matches:', '  - bogus: 1\n    matches:'),
    );
    await fails(
      'apply -f -',
      /Unsupported value: "Nope": supported values: "Exact", "PathPrefix", "RegularExpression"/,
      route.replace('type: PathPrefix', 'type: Nope'),
    );
    await fails('apply -f -', /error converting YAML to JSON/, 'a: [b');
    await fails(
      'apply -f -',
      /no matches for kind "Widget"/,
      'apiVersion: v1\nkind: Widget\nmetadata: {name: x}\n',
    );
    await fails('apply -f -', /metadata.name: Invalid value: "Bad_Name"/, configMap('Bad_Name', '{}'));
  });

  test('a namespace is made on demand with a warning, and takes its contents with it', async () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: fresh}\ndata: {a: b}\n';
    const created = await api.kubectl('apply -f -', manifest);
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stderr, /Warning: namespace "fresh" did not exist and has been created/);
    await ok('delete ns fresh');
    await fails('get cm x -n fresh', /not found/);
    await fails('delete ns default', /this namespace may not be deleted/);
  });

  test('imperative commands, whose bodies are protobuf', async () => {
    await ok('create ns made');
    await ok('create cm -n made c --from-literal=a=b');
    await ok('create secret generic -n made s --from-literal=a=b');
    await ok('create sa -n made robot');
    const deployment = await api.kubectl('create deployment -n made web --image=web');
    assert.match(deployment.stderr, /Warning: no containers run here/);
    await ok('expose deployment -n made web --port 80');
    assert.match(await ok('auth can-i create gateways'), /^yes/);
    assert.match(await ok('auth whoami'), /tollgate-admin/);
    await fails('create token -n made robot', /issues no service account tokens/);
    assert.match(await ok('get all -n made'), /service\/web/);
  });

  test('server-side apply: takes over from client-side, conflicts between managers, force', async () => {
    await ok('apply -f -', configMap('shared', '{a: "1", b: "1"}'));
    const first = configMap('shared', '{a: "2"}');
    await fails(
      'apply --server-side -f -',
      /conflict with "kubectl-client-side-apply" using v1: \.data\.a/,
      first,
    );
    await ok('apply --server-side -f -', configMap('shared', '{a: "1", b: "1"}'));
    await ok('apply --server-side -f -', first);
    assert.equal(await ok('get cm shared -o jsonpath={.data}'), '{"a":"2"}');
    const other = '--server-side --field-manager other';
    await fails(
      `apply ${other} -f -`,
      /conflict with "kubectl": \.data\.a/,
      configMap('shared', '{a: "3", c: "3"}'),
    );
    await ok(`apply ${other} --force-conflicts -f -`, configMap('shared', '{a: "3", c: "3"}'));
    await ok('apply --server-side --force-conflicts -f -', configMap('shared', '{d: "4"}'));
    assert.equal(await ok('get cm shared -o jsonpath={.data}'), '{"a":"3","c":"3","d":"4"}');
    await ok(`apply ${other} -f -`, configMap('shared', '{}'));
    assert.equal(await ok('get cm shared -o jsonpath={.data}'), '{"d":"4"}');
    const gateway = `apply --server-side -f ${join(scenario, '20-gateway.yaml')}`;
    await fails(
      gateway,
      /conflicts with "kubectl-client-side-apply" using gateway.networking.k8s.io\/v1:\n- \.spec\.parentRefs\n- \.spec\.rules/,
    );
    await ok(`${gateway} --force-conflicts`);
    await ok(gateway);
  });

  test('delete by file, by label, all of a kind', async () => {
    await ok(`delete -f ${join(scenario, '20-gateway.yaml')}`);
    assert.equal(await ok('get gateways,httproutes,agentgatewaybackends -A -o name'), '');
    await ok('label cm edited replaced kill=me');
    await ok('delete cm -l kill=me');
    await ok('delete cm --all');
    assert.equal(await ok('get cm -o name'), '');
    await fails('delete cm nope', /configmaps "nope" not found/);
  });
});
