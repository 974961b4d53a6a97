/** The walkthrough, word for word, by hand: `up`, its kubectl commands, its curls, a restart in the middle. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ClusterClient, clusterClient, hasKubectl, kubectl } from './support/cluster-client.ts';
import { eventually } from './support/eventually.ts';
import {
  type Gateway,
  ownAddress,
  removeDirectory,
  root,
  startGateway,
  temporaryDirectory,
} from './support/gateway.ts';
import { exchange, request } from './support/raw-http.ts';
import { type SampleProvider, startSampleProcess } from './support/sample-provider.ts';

const scenario = (file: string) => readFileSync(join(root, 'testdata/scenario', file), 'utf8');
const question = JSON.stringify({
  model: 'claude-sonnet-5',
  messages: [
    {
      role: 'user',
      content: 'Write me a paragraph containing the best way to think about Istio Ambient Mesh',
    },
  ],
});
const lastCurl = JSON.stringify({
  messages: [
    { role: 'system', content: 'You are a skilled cloud-native network engineer.' },
    {
      role: 'user',
      content: 'Write me a paragraph containing the best way to think about Istio Ambient Mesh',
    },
  ],
});
const json = { 'content-type': 'application/json' };

describe('the walkthrough by hand', () => {
  const address = ownAddress();
  const dataDir = temporaryDirectory();
  const scratch = temporaryDirectory();
  let provider: SampleProvider;
  let gateway: Gateway;
  let cluster: ClusterClient;

  const start = async () => {
    gateway = await startGateway({ address, dataDir, args: ['--provider-url', `anthropic=${provider.url}`] });
  };
  const call = (key: string | undefined, body = question, path = '/anthropic') =>
    exchange(
      address,
      8080,
      request(
        'POST',
        `${address}:8080`,
        path,
        key ? { ...json, Authorization: `Bearer ${key}` } : json,
        body,
      ),
    );

  before(async () => {
    provider = await startSampleProcess();
    await start();
    cluster = await clusterClient(gateway.kubeconfig, scratch);
    console.log(`walkthrough through ${cluster.description}`);
  });
  after(async () => {
    await gateway?.stop();
    await provider?.stop();
    removeDirectory(dataDir);
    removeDirectory(scratch);
  });

  test('its resources apply, in any order, unchanged', async () => {
    await cluster.apply(scenario('40-policy.yaml'));
    await cluster.apply(scenario('20-gateway.yaml'));
    await cluster.apply(scenario('25-ratelimit-server.yaml'));
    await cluster.apply(scenario('30-ratelimit-config.yaml'));
    await cluster.apply(scenario('10-virtual-key-secret.yaml'));
    await cluster.apply(`apiVersion: v1
kind: Secret
metadata: {name: anthropic-secret, namespace: agentgateway-system}
stringData: {Authorization: sk-ant-not-a-real-key}
`);
  });

  test('the secret of the walkthrough is created with its own pipe of two kubectl commands', (t) => {
    if (!hasKubectl) return t.skip('kubectl is not installed');
    const script = `export ANTHROPIC_API_KEY=sk-ant-not-a-real-key
kubectl create secret generic anthropic-secret -n agentgateway-system \\
  --from-literal=Authorization="$ANTHROPIC_API_KEY" --dry-run=client -o yaml | kubectl apply -f -`;
    const done = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: scratch, KUBECONFIG: gateway.kubeconfig },
    });
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /secret\/anthropic-secret (created|configured|unchanged)/);
  });

  test('status says that everything is attached', async () => {
    const conditions = async (kind: string, name: string, pick: (status: never) => unknown) => {
      const object = await cluster.get(kind, 'agentgateway-system', name);
      return JSON.stringify(pick(object['status'] as never));
    };
    await eventually(async () => {
      assert.match(await conditions('Gateway', 'agentgateway-route', (s) => s), /"reason":"Programmed"/);
      assert.match(await conditions('HTTPRoute', 'claude', (s) => s), /"ResolvedRefs"/);
      assert.match(
        await conditions('AgentgatewayBackend', 'anthropic', (s) => s),
        /Backend successfully accepted/,
      );
      assert.match(
        await conditions('AgentgatewayPolicy', 'api-key-auth', (s) => s),
        /Attached to all targets/,
      );
    });
  });

  test('the address comes from the Service, through the jsonpath of the walkthrough', (t) => {
    if (!hasKubectl) return t.skip('kubectl is not installed');
    const jsonpath = `{.status.loadBalancer.ingress[0]['hostname','ip']}`;
    const args = [
      'get',
      'svc',
      '-n',
      'agentgateway-system',
      'agentgateway-route',
      '-o',
      `jsonpath=${jsonpath}`,
    ];
    assert.equal(kubectl(gateway.kubeconfig, scratch, args), address);
  });

  test('no key, a wrong key: 401 with the exact bytes', async () => {
    const none = await call(undefined, lastCurl);
    assert.equal(none.statusLine, 'HTTP/1.1 401 Unauthorized');
    assert.equal(none.headers['content-type'], 'text/plain');
    assert.equal(none.headers['content-length'], '48');
    assert.equal(none.body, 'api key authentication failure: no API Key found');
    const wrong = await call('sk-nobody-key');
    assert.equal(wrong.status, 401);
    assert.equal(wrong.headers['content-length'], '51');
    assert.equal(wrong.body, 'api key authentication failure: invalid credentials');
  });

  test('first call: 200 in OpenAI form; second: 429 with an empty body', async () => {
    const first = await call('sk-mike-key');
    assert.equal(first.statusLine, 'HTTP/1.1 200 OK', first.body);
    assert.equal(first.headers['content-type'], 'application/json');
    assert.equal(first.headers['x-ratelimit-limit'], '100');
    assert.equal(first.headers['x-ratelimit-remaining'], '100');
    assert.match(first.headers['x-ratelimit-reset']!, /^\d+$/);
    const answer = JSON.parse(first.body);
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.ok(answer.usage.total_tokens >= 101);

    assertSpent(await call('sk-mike-key'));
    assertSpent(await call('sk-mike-key', JSON.stringify({ ...JSON.parse(question), stream: true })));
    // The data path's thread tells every second what it counted.
    await eventually(async () => {
      const metrics = await (await fetch(`http://${address}:15020/metrics`)).text();
      const labels = '{domain="token-budgets",key1="user_id_mike"}';
      const counted = `ratelimit_service_rate_limit_total_hits${labels} ${answer.usage.total_tokens}\n`;
      assert.ok(metrics.includes(counted), metrics);
    });
  });

  test('the same through curl and jq, as the walkthrough writes it', (t) => {
    const curl = ['-s', '-o', '/dev/null', '-w', '%{http_code}', `${address}:8080/anthropic`, '-H'];
    if (spawnSync('curl', ['--version']).status !== 0) return t.skip('curl is not installed');
    const status = execFileSync(
      'curl',
      [...curl, 'Authorization: Bearer sk-mike-key', '-H', 'content-type: application/json', '-d', question],
      { encoding: 'utf8' },
    );
    assert.equal(status, '429');
  });

  test('a restart, also by kill -9, forgets nothing', async () => {
    assert.equal(await gateway.stop('SIGTERM'), 0);
    await start();
    assertSpent(await call('sk-mike-key'));
    await gateway.stop('SIGKILL');
    await start();
    assertSpent(await call('sk-mike-key'));
  });

  test('a second valid key and one without metadata skip the limit; the last curl with a key works', async () => {
    await cluster.apply(`apiVersion: v1
kind: Secret
metadata: {name: anthropic-api-key, namespace: agentgateway-system}
type: Opaque
stringData:
  mike: '{"key": "sk-mike-key", "metadata": {"user_id": "mike"}}'
  anna: '{"key": "sk-anna-key", "metadata": {"user_id": "anna"}}'
  bare: sk-bare-key
`);
    await eventually(async () => assert.equal((await call('sk-anna-key')).status, 200));
    assert.equal((await call('sk-anna-key')).status, 200);
    const bare = await call('sk-bare-key', lastCurl);
    assert.equal(bare.status, 200, bare.body);
    assert.equal(JSON.parse(bare.body).model, 'claude-sonnet-5');
    assert.equal(bare.headers['x-ratelimit-limit'], undefined);
    assertSpent(await call('sk-mike-key'));
  });

  test('deleting the policy opens nothing it did not guard and takes effect at once', async () => {
    await cluster.remove('AgentgatewayPolicy', 'agentgateway-system', 'api-key-auth');
    await eventually(async () => assert.equal((await call(undefined)).status, 200));
    await cluster.apply(scenario('40-policy.yaml'));
    await eventually(async () => assert.equal((await call(undefined)).status, 401));
    assertSpent(await call('sk-mike-key'));
  });

  test('without its Secret nobody gets in; without the credential the route is refused', async () => {
    await cluster.remove('Secret', 'agentgateway-system', 'anthropic-secret');
    await eventually(async () => assert.equal((await call('sk-anna-key')).status, 500));
    await cluster.remove('Secret', 'agentgateway-system', 'anthropic-api-key');
    await eventually(async () => assert.equal((await call('sk-anna-key')).status, 401));
    await cluster.apply(scenario('10-virtual-key-secret.yaml'));
  });

  test('other bytes of the contract: unknown path, unreachable provider', async () => {
    const unknown = await call('sk-mike-key', question, '/anthropicx');
    assert.equal(unknown.status, 404);
    assert.equal(unknown.headers['content-type'], 'text/plain');
    assert.equal(unknown.body, 'route not found');
  });

  test('kubectl port-forward reaches the Gateway through its Service', async (t) => {
    if (!hasKubectl) return t.skip('kubectl is not installed');
    const forward = spawn(
      'kubectl',
      ['port-forward', '-n', 'agentgateway-system', 'svc/agentgateway-route', ':8080'],
      {
        env: { PATH: process.env['PATH'], HOME: scratch, KUBECONFIG: gateway.kubeconfig },
      },
    );
    t.after(() => forward.kill());
    const [line] = (await once(forward.stdout, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(String(line))?.[1]);
    const answer = await exchange(
      '127.0.0.1',
      port,
      request('POST', 'localhost', '/anthropic', json, question),
    );
    assert.equal(answer.status, 401);
  });

  test('access log and metrics name who, route, model, tokens and outcome', async () => {
    await eventually(async () => {
      const line = gateway
        .output()
        .split('\n')
        .find((l) => l.includes('http.status=200'));
      assert.ok(line, gateway.output());
      assert.match(line, /gateway=agentgateway-system\/agentgateway-route/);
      assert.match(line, /route=agentgateway-system\/claude/);
      assert.match(line, /gen_ai\.request\.model=claude-sonnet-5/);
      assert.match(line, /gen_ai\.usage\.output_tokens=\d+/);
    });
    const metrics = await (await fetch(`http://${address}:15020/metrics`)).text();
    assert.match(metrics, /agentgateway_gen_ai_client_token_usage_sum\{[^}]*gen_ai_token_type="input"/);
    assert.match(metrics, /agentgateway_requests_total\{/);
    assert.doesNotMatch(metrics + gateway.output(), /sk-mike-key|sk-anna-key|sk-ant-not-a-real-key/);
  });
});

function assertSpent(answer: Awaited<ReturnType<typeof exchange>>): void {
  assert.equal(answer.statusLine, 'HTTP/1.1 429 Too Many Requests');
  assert.equal(answer.headers['content-length'], '0');
  assert.equal(answer.headers['content-type'], undefined);
  assert.equal(answer.headers['x-ratelimit-limit'], '100');
  assert.equal(answer.headers['x-ratelimit-remaining'], '0');
  assert.ok(Number(answer.headers['retry-after']) > 0);
  assert.equal(answer.body, '');
}
