import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../resources/object.ts';
import { changesBetween } from './changes.ts';

const budget = (spec: object, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'tollgate.dev/v1alpha1',
  kind: 'Budget',
  metadata: { name: 'daily', namespace: 'ns', resourceVersion: '7', managedFields: [{}] },
  spec,
  ...more,
});

test('each changed field has its path and both values; what is absent is left out', () => {
  const before = budget({ limit: { tokens: 10 }, groupBy: ['a', 'b'], alerts: [{ atPercent: 80 }] });
  const after = budget({ limit: { tokens: 20 }, groupBy: ['a'], alerts: [{ atPercent: 90 }], window: {} });
  assert.deepEqual(changesBetween(before, after), [
    { field: 'spec.limit.tokens', from: 10, to: 20 },
    { field: 'spec.groupBy', from: ['a', 'b'], to: ['a'] },
    { field: 'spec.alerts[0].atPercent', from: 80, to: 90 },
  ]);
  const limit = { limit: { usd: '1.00' } };
  assert.deepEqual(changesBetween(undefined, budget(limit)), [{ field: 'spec.limit.usd', to: '1.00' }]);
  assert.deepEqual(changesBetween(budget(limit), undefined), [{ field: 'spec.limit.usd', from: '1.00' }]);
});

test('statuses, versions and bookkeeping are no change; labels with dots are', () => {
  const before = budget({ limit: {} });
  const metadata = { name: 'daily', namespace: 'ns', resourceVersion: '8', labels: { 'a.b/c': 'x' } };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"secret"}' };
  assert.deepEqual(changesBetween(before, budget({ limit: {} }, { status: { used: 5 } })), []);
  assert.deepEqual(
    changesBetween(before, budget({ limit: {} }, { metadata: { ...metadata, annotations } })),
    [{ field: 'metadata.labels["a.b/c"]', to: 'x' }],
  );
});

test('that a secret changed is told, the secret never', () => {
  const secret = (entry: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { entry, same: 'c2FtZQ==' },
  });
  const hidden = [{ field: 'data.entry', from: '(hidden)', to: '(hidden)' }];
  assert.deepEqual(changesBetween(secret('b25l'), secret('dHdv')), hidden);
  const key = (keyHash: string) => budget({ keyHash, rotation: { previousKeyHash: keyHash } });
  assert.deepEqual(
    changesBetween(key('sha256:1'), key('sha256:2')).map(({ from, to }) => [from, to]),
    [
      ['(hidden)', '(hidden)'],
      ['(hidden)', '(hidden)'],
    ],
  );
  const backend = (value: string) =>
    budget({
      auth: { key: value },
      set: [{ name: 'x-api-key', value }],
      more: [{ auth: { key: value } }, 1],
    });
  const told = JSON.stringify(changesBetween(backend('sk-1'), backend('sk-2')));
  assert.ok(!told.includes('sk-') && told.includes('(hidden)'), told);
  // A list of another length is told whole.
  const list = JSON.stringify(changesBetween(budget({ l: [] }), budget({ l: [{ auth: { key: 'sk-3' } }] })));
  assert.ok(!list.includes('sk-3') && list.includes('(hidden)'), list);
  const configMap = (text: string): KubeObject => ({
    ...secret(''),
    kind: 'ConfigMap',
    data: { mike: text },
  });
  const hashes = JSON.stringify(changesBetween(undefined, configMap('{"keyHash":"sha256:abc"}')));
  assert.ok(!hashes.includes('abc'), hashes);
  const mistaken = JSON.stringify(changesBetween(undefined, configMap('{"key": "sk-4"}')));
  assert.ok(!mistaken.includes('sk-4'), mistaken);
  const users = (user: string) => budget({ traffic: { basicAuthentication: { users: [user, 'anna:x'] } } });
  assert.deepEqual(changesBetween(users('mike:$apr1$1'), users('mike:$apr1$2')), [
    { field: 'spec.traffic.basicAuthentication.users[0]', from: '(hidden)', to: '(hidden)' },
  ]);
});

test('long values and many changes are bounded', () => {
  const [long] = changesBetween(undefined, budget({ text: 'x'.repeat(10_000) }));
  assert.equal(String(long?.to).length, 501);
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`f${i}`, i]));
  const changes = changesBetween(undefined, budget(many));
  assert.equal(changes.length, 101);
  assert.equal(changes.at(-1)?.field, '(50 more)');
});
