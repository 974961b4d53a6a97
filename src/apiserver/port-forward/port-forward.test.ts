import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { kubectlMissing, startTestServer, type TestServer } from '../api-server.fixture.ts';
import { adler32 } from './adler32.fixture.ts';
import { spdyDictionary } from './spdy-headers.ts';

test("the dictionary is SPDY/3's: its checksum is in every compressed header block", () => {
  assert.equal(adler32(spdyDictionary).toString(16), 'e3c6a7c2');
});

const pod = (port: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    containers: [{ name: 'web', image: 'web', ports: [{ containerPort: port }, { containerPort: 1 }] }],
  },
});

/** An HTTP server that answers with what it was sent. */
async function startEcho(t: TestContext): Promise<number> {
  const server = createServer((incoming, answer) => incoming.pipe(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function forward(
  t: TestContext,
  api: TestServer,
  ports: string,
  environment: Record<string, string>,
): Promise<{ local: number; child: ChildProcess; errors: () => string }> {
  const args = [
    '--kubeconfig',
    api.server.kubeconfigPath,
    '--cache-dir',
    join(api.directory, 'cache'),
    'port-forward',
    'svc/web',
    ports,
  ];
  const child = spawn('kubectl', args, { env: { ...process.env, ...environment } });
  t.after(() => child.kill());
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const local = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const match = /127\.0\.0\.1:(\d+)/.exec(String(chunk));
      if (match !== null) resolve(Number(match[1]));
    });
    child.on('close', () => reject(new Error(text)));
  });
  return { local, child, errors: () => text };
}

function post(port: number, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method: 'POST', agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
      response.on('error', reject);
    });
    call.end(body);
  });
}

for (const [how, environment] of [
  ['WebSocket', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'true' }],
  ['bare SPDY', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const) {
  test(`kubectl port-forward svc/web over ${how}`, { skip: kubectlMissing, timeout: 10_000 }, async (t) => {
    const api = await startTestServer();
    t.after(() => api.close());
    const port = await startEcho(t);
    const objects = [
      pod(port),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          selector: { app: 'web' },
          ports: [
            { name: 'a', port: 80, targetPort: port },
            { name: 'b', port: 81, targetPort: 1 },
            { name: 'c', port: 82, targetPort: 2 },
          ],
        },
      },
    ];
    for (const object of objects) {
      const plural = object.kind === 'Pod' ? 'pods' : 'services';
      const answer = await api.http('POST', `/api/v1/namespaces/default/${plural}`, object);
      assert.equal(answer.status, 201, answer.body);
    }
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const patched = await api.http(
      'PATCH',
      '/api/v1/namespaces/default/pods/web/status',
      { status },
      { 'content-type': 'application/merge-patch+json' },
    );
    assert.equal(patched.status, 200, patched.body);

    const { local } = await forward(t, api, ':80', environment);
    const large = Buffer.alloc(3_000_000, 'abcdefghij');
    assert.ok(large.equals(await post(local, large)));
    const bodies = Array.from({ length: 10 }, (_, i) => Buffer.from(`call ${i}`));
    const answers = await Promise.all(bodies.map((body) => post(local, body)));
    assert.deepEqual(answers.map(String), bodies.map(String));

    const refused = await forward(t, api, ':81', environment);
    await assert.rejects(post(refused.local, Buffer.from('x')));
    assert.match(refused.errors(), /error forwarding port 1 to pod web: connect ECONNREFUSED/);
    const undeclared = await forward(t, api, ':82', environment);
    await assert.rejects(post(undeclared.local, Buffer.from('x')));
    assert.match(undeclared.errors(), /the Pod has no port 2/);
  });
}
