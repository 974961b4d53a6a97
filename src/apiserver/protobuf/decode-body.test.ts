import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { decodeProtobufBody } from './decode-body.ts';

interface Recorded {
  url: string;
  b64: string;
}
const file = new URL('../../../testdata/kubernetes/protobuf-requests.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
const decodeFrom = (url: string, nth = 0) =>
  decodeProtobufBody(Buffer.from(recorded.filter((r) => r.url.includes(url))[nth]!.b64, 'base64')).object;

test('what kubectl sent decodes to what its -o yaml would have said', () => {
  assert.deepEqual(decodeFrom('/namespaces?'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'pbns' },
  });
  assert.deepEqual(decodeFrom('/configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'pbcm' },
    data: { a: 'b', x: 'vm\n' },
  });
  assert.deepEqual(decodeFrom('/secrets'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pbs' },
    data: { Authorization: Buffer.from('sk-1').toString('base64') },
  });
  assert.deepEqual(decodeFrom('selfsubjectaccessreviews')['spec'], {
    resourceAttributes: {
      namespace: 'x',
      verb: 'create',
      group: 'gateway.networking.k8s.io',
      resource: 'gateways',
    },
  });
  assert.deepEqual(decodeFrom('/token')['spec'], { audiences: ['x'], expirationSeconds: 600 });
  assert.deepEqual(decodeFrom('/services')['spec'], {
    ports: [{ name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080 }],
    selector: { app: 'pbsvc' },
    type: 'ClusterIP',
  });
});

test('what is not such a message is refused with a text, not a crash', () => {
  const good = Buffer.from(recorded[0]!.b64, 'base64');
  assert.throws(() => decodeProtobufBody(Buffer.from('{}')), /does not begin/);
  assert.throws(() => decodeFrom('/roles'), /Role of rbac.authorization.k8s.io\/v1 is not read as protobuf/);
  for (let length = 4; length < good.length; length++) {
    try {
      decodeProtobufBody(good.subarray(0, length));
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});
