/** What goes wrong in practice: each gets a clear answer in status or response, nothing crashes, nothing opens. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ClusterClient, clusterClient } from './support/cluster-client.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, root, startGateway, temporaryDirectory } from './support/gateway.ts';
import { exchange, request } from './support/raw-http.ts';

const scenario = (file: string) => readFileSync(join(root, 'testdata/scenario', file), 'utf8');
const json = { 'content-type': 'application/json', Authorization: 'Bearer sk-anna-key' };
const question = JSON.stringify({ messages: [{ role: 'user', content: 'Say hello' }] });

describe('bad input', () => {
  const scratch = temporaryDirectory();
  let gateway: Gateway;
  let cluster: ClusterClient;
  let occupied: Server;
  const call = (body: string, headers: Record<string, string> = json, path = '/anthropic') =>
    exchange(gateway.address, 8080, request('POST', `${gateway.address}:8080`, path, headers, body));
  const status = async (kind: string, name: string, namespace = 'agentgateway-system') =>
    JSON.stringify((await cluster.get(kind, namespace, name))['status'] ?? {});

  before(async () => {
    gateway = await startGateway({ args: ['--demo'] });
    cluster = await clusterClient(gateway.kubeconfig, scratch);
  });
  after(async () => {
    await gateway?.stop();
    occupied?.close();
    if (gateway) removeDirectory(gateway.dataDir);
    removeDirectory(scratch);
  });

  test('bodies: each fault is a 400 in the client’s dialect that names the place', async () => {
    const cases: [string, RegExp][] = [
      ['{"messages": [', /JSON/],
      ['', /body|JSON/i],
      ['[]', /object/],
      ['{}', /messages/],
      ['{"messages": "hello"}', /messages/],
      ['{"messages": [{"role": "user"}]}', /messages\[0\]/],
    ];
    for (const [body, says] of cases) {
      const answer = await call(body, body === '' ? { ...json, 'content-length': '0' } : json);
      assert.equal(answer.status, 400, `${body}: ${answer.body}`);
      assert.match(JSON.parse(answer.body).error.message, says);
    }
    const native = await call('{"messages": []}', json, '/v1/messages');
    assert.equal(native.status, 400);
    assert.equal(JSON.parse(native.body).type, 'error');
  });

  test('a 50 MiB body is refused with 413 and not held in memory', async () => {
    const length = 50 * 1024 * 1024;
    const head = `POST /anthropic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-anna-key\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const socket = connect(8080, gateway.address);
    socket.on('error', () => undefined);
    socket.write(head);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    const block = Buffer.alloc(1024 * 1024, 'a');
    for (let sent = 0; sent < length && answer === '' && !socket.destroyed; sent += block.length) {
      await new Promise<void>((resolve) => socket.write(block, () => resolve()));
    }
    await eventually(() => assert.match(answer, /^HTTP\/1.1 413 /));
    socket.destroy();
  });

  test('malformed HTTP is a 400 and the next request is served', async () => {
    const answer = await exchange(gateway.address, 8080, 'NONSENSE\r\n\r\n');
    assert.equal(answer.status, 400);
    assert.equal((await call(question)).status, 200);
  });

  test('a provider that cannot be reached: 503 that says so', async () => {
    await cluster.apply(`apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: gone, namespace: agentgateway-system}
spec:
  ai: {provider: {anthropic: {model: m}, host: 127.0.0.1, port: 9}}
  policies: {auth: {secretRef: {name: anthropic-secret}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: gone, namespace: agentgateway-system}
spec:
  parentRefs: [{name: agentgateway-route}]
  rules:
  - matches: [{path: {type: PathPrefix, value: /gone}}]
    backendRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: gone}]
`);
    await eventually(async () => {
      const answer = await call(question, json, '/gone');
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.match(answer.body, /^upstream call failed:/);
    });
  });

  test('a policy whose CEL does not compile refuses what it guards and says why', async () => {
    await cluster.apply(scenario('40-policy.yaml').replace("apiKey.user_id == 'mike'", 'apiKey.user_id =='));
    await eventually(async () => assert.equal((await call(question)).status, 500));
    assert.match(await status('AgentgatewayPolicy', 'api-key-auth'), /CEL/);
    await cluster.apply(scenario('40-policy.yaml'));
    await eventually(async () => assert.equal((await call(question)).status, 200));
  });

  test('a key entry that is not valid is named in status; the others work', async () => {
    await cluster.apply(`apiVersion: v1
kind: Secret
metadata: {name: anthropic-api-key, namespace: agentgateway-system}
stringData:
  broken: '{"metadata": {"user_id": "nobody"}}'
  worse: '{"key": '
`);
    await eventually(async () => {
      const text = await status('AgentgatewayPolicy', 'api-key-auth');
      assert.match(text, /broken/);
      assert.match(text, /worse/);
    });
    assert.equal((await call(question)).status, 200);
  });

  test('a broken rate limit configuration keeps the one before', async () => {
    await cluster.apply(scenario('30-ratelimit-config.yaml').replace('unit: day', 'unit: fortnight'));
    await eventually(async () =>
      assert.match(await status('AgentgatewayPolicy', 'api-key-auth'), /invalid rate limit unit 'fortnight'/),
    );
    const answer = await call(question, { ...json, Authorization: 'Bearer sk-mike-key' });
    assert.equal(answer.headers['x-ratelimit-limit'], '100');
    await cluster.apply(scenario('30-ratelimit-config.yaml'));
  });

  test('a port in use, and two Gateways on one port: Programmed=False with the reason, the rest is served', async () => {
    occupied = createServer().listen(0, gateway.address);
    await new Promise((resolve) => occupied.once('listening', resolve));
    const { port } = occupied.address() as AddressInfo;
    const manifest = (name: string, at: number) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: agentgateway-system}
spec:
  gatewayClassName: agentgateway
  listeners: [{name: http, protocol: HTTP, port: ${at}}]
---
`;
    await cluster.apply(manifest('busy', port) + manifest('second', 8080));
    await eventually(async () => {
      const busy = await status('Gateway', 'busy');
      assert.match(busy, /"status":"False"[^}]*"type":"Programmed"|"type":"Programmed"[^}]*"status":"False"/);
      assert.match(busy, /in use|EADDRINUSE/);
      assert.match(await status('Gateway', 'second'), /Conflict/i);
    }, 5_000);
    assert.equal((await call(question)).status, 200);
  });

  test('a client that leaves mid-stream is charged for what was delivered, and nothing crashes', async () => {
    const body = JSON.stringify({
      stream: true,
      messages: [{ role: 'user', content: 'Tell me a long story' }],
    });
    const socket = connect(8080, gateway.address);
    socket.on('error', () => undefined);
    socket.write(request('POST', 'x', '/anthropic', json, body));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await eventually(() => {
      const line = gateway
        .output()
        .split('\n')
        .findLast((l) => l.includes('http.path=/anthropic'));
      assert.match(line ?? '', /gen_ai\.usage\.input_tokens=\d+/);
    });
    assert.equal((await call(question)).status, 200);
  });
});
