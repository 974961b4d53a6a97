import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoNamespace, demoObjects } from '../../cli/demo-objects.ts';
import type { KubeObject } from '../resources/object.ts';
import { groupOf, refOf } from '../resources/object-ref.ts';
import { consequencesWithout } from './consequences.ts';

const options = {
  nowRfc3339: '2026-11-25T00:00:00Z',
  sha256: (text: string) => text,
  providerUrls: {},
  address: '127.0.0.1',
};

const encoded = (object: KubeObject): KubeObject =>
  object['stringData'] === undefined
    ? object
    : {
        ...object,
        data: Object.fromEntries(
          Object.entries(object['stringData'] as Record<string, string>).map(([key, text]) => [
            key,
            btoa(text),
          ]),
        ),
      };
const demo = demoObjects('sk-provider').map(encoded);
const ns = demoNamespace;

function without(
  kind: string,
  name: string,
  objects: readonly KubeObject[] = demo,
  keys: { open: boolean; left: boolean; stopped?: string[] } = { open: false, left: false },
): string[] {
  const source = {
    list: (group: string, wanted: string) =>
      objects.filter((object) => object.kind === wanted && groupOf(object) === group),
  };
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(object, `${kind}/${name}`);
  const keyBook = { opens: () => keys.open, holderOf: () => undefined };
  const without = { opens: () => keys.left, stopped: keys.stopped ?? [] };
  return consequencesWithout(source, refOf(object), { ...options, keyBook }, without).map(
    ({ effect, kind, name, detail }) =>
      [effect, `${kind}/${name}`, detail].filter((part) => part !== undefined).join(' '),
  );
}

test('a Gateway takes its port and its routes with it', () => {
  const found = without('Gateway', 'agentgateway-route');
  assert.ok(found.includes(`port-closes Gateway/${ns}/agentgateway-route 8080`), found.join('\n'));
  for (const route of ['claude', 'claude-sdk'])
    assert.ok(
      found.includes(`not-routed HTTPRoute/${ns}/${route} ${ns}/agentgateway-route`),
      found.join('\n'),
    );
});

test('a backend and its credential: the routes to it refuse, and say why', () => {
  for (const [kind, name, why] of [
    ['AgentgatewayBackend', 'anthropic', /not found: .*anthropic/i],
    ['Secret', 'anthropic-secret', /anthropic-secret.*not found/i],
  ] as const) {
    const found = without(kind, name);
    for (const route of ['claude', 'claude-sdk'])
      assert.ok(
        found.some((line) => line.startsWith(`refuses HTTPRoute/${ns}/${route} `) && why.test(line)),
        `${name}:\n${found.join('\n')}`,
      );
  }
});

test('a policy: routes that ask for no key any more are named', () => {
  const found = without('AgentgatewayPolicy', 'api-key-auth');
  for (const route of ['claude', 'claude-sdk'])
    assert.ok(found.includes(`asks-no-key HTTPRoute/${ns}/${route}`), found.join('\n'));
  assert.ok(found.includes(`key-stops Secret/${ns}/anthropic-api-key/mike`), found.join('\n'));
});

test('a Secret of keys: each key stops', () => {
  const found = without('Secret', 'anthropic-api-key');
  for (const entry of ['anna', 'mike'])
    assert.ok(found.includes(`key-stops Secret/${ns}/anthropic-api-key/${entry}`), found.join('\n'));
});

test('a VirtualKey stops; the last one takes the question for a key with it', () => {
  const key: KubeObject = {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name: 'one', namespace: ns },
    spec: { keyHash: `sha256:${'1'.repeat(64)}` },
  };
  const objects = [...demo.filter(({ kind }) => kind !== 'AgentgatewayPolicy'), key];
  const stopped = [`VirtualKey/${ns}/one`];
  const one = without('VirtualKey', 'one', objects, { open: true, left: true, stopped });
  assert.deepEqual(one, [`key-stops VirtualKey/${ns}/one`]);
  const last = without('VirtualKey', 'one', objects, { open: true, left: false, stopped });
  assert.ok(last.includes(`asks-no-key HTTPRoute/${ns}/claude`), last.join('\n'));
});

test('a budget ends; a ConfigMap that nobody reads has no consequence', () => {
  const budget: KubeObject = {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: 'daily', namespace: ns },
    spec: { limit: { tokens: 5 }, window: { calendar: 'Day' } },
  };
  assert.deepEqual(without('Budget', 'daily', [...demo, budget]), [`budget-ends Budget/${ns}/daily`]);
  const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: ns } };
  assert.deepEqual(without('ConfigMap', 'x', [...demo, map]), []);
});
