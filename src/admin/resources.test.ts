import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('configuration can be looked at, and holds no credential', async (t) => {
  const admin = await startTestAdmin(t);
  const meta = (name: string) => ({ name, namespace: gatewayNamespace });
  await admin.apply(
    {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayBackend',
      metadata: meta('inline'),
      spec: { ai: { provider: { openai: {} } }, policies: { auth: { key: 'sk-inline-credential' } } },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: meta('headers'),
      spec: {
        rules: [
          {
            filters: [
              {
                type: 'RequestHeaderModifier',
                requestHeaderModifier: {
                  set: [
                    { name: 'Authorization', value: 'Bearer sk-in-a-header' },
                    { name: 'x-team', value: 'platform' },
                  ],
                },
              },
            ],
          },
        ],
      },
    },
  );
  const seen = [];
  for (const kind of [
    'Gateway',
    'HTTPRoute',
    'AgentgatewayBackend',
    'AgentgatewayPolicy',
    'VirtualKey',
    'Budget',
  ]) {
    const { status, body } = await admin.call('GET', `/resources/${kind}`);
    assert.equal(status, 200, kind);
    seen.push(...body.items);
  }
  assert.ok(seen.length >= 5);
  const text = JSON.stringify(seen);
  assert.ok(!/sk-inline-credential|sk-in-a-header|sk-provider|last-applied|managedFields/.test(text), text);
  assert.match(text, /"name":"x-team","value":"platform"/);
  for (const kind of ['Secret', 'ConfigMap', 'constructor', '__proto__'])
    assert.equal((await admin.call('GET', `/resources/${kind}`)).status, 404, kind);
});

test('prices are searched and paged; each says where it is from, and every source since when and whether it is well', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('GET', '/prices?search=SONNET');
  assert.deepEqual(body, {
    version: 'test',
    sources: [
      { name: 'shipped', version: 'test', loadedAt: '2026-11-25T00:00:00.000Z', models: 1 },
      { name: 'ConfigMap ns/ours', loadedAt: '2026-11-26T00:00:00.000Z', models: 1, error: 'is not JSON' },
    ],
    items: [
      {
        provider: 'anthropic',
        model: 'claude-sonnet-5',
        rates: { input: '3', output: '15' },
        source: 'shipped',
      },
    ],
    total: 1,
  });
  const [second] = (await admin.call('GET', '/prices?offset=1')).body.items;
  assert.equal(second.source, 'ConfigMap ns/ours');
  assert.deepEqual((await admin.call('GET', '/prices?offset=2')).body.items, []);
});

test('prices are sorted by a rate, those without it last, and told as CSV', async (t) => {
  const admin = await startTestAdmin(t);
  const inputs = async (order: string) => {
    const { items } = (await admin.call('GET', `/prices?sort=input&order=${order}`)).body;
    return items.map(({ rates }: { rates: { input: string } }) => Number(rates.input));
  };
  const ascending: number[] = await inputs('asc');
  assert.deepEqual(
    ascending,
    ascending.toSorted((a, b) => a - b),
  );
  assert.deepEqual(await inputs('desc'), ascending.toReversed());
  const { items } = (await admin.call('GET', '/prices?sort=cacheWrite1h&order=desc')).body;
  assert.equal(items.length, 2);
  const csv = await admin.call('GET', '/prices?format=csv&search=sonnet');
  const [head, row] = csv.body.split('\r\n');
  assert.equal(head, 'provider,model,source,input,output,cacheRead,cacheWrite,cacheWrite1h');
  assert.equal(row, 'anthropic,claude-sonnet-5,shipped,3,15,,,');
  assert.equal((await admin.call('GET', '/prices?sort=colour')).body.error.field, 'sort');
});

test('the OpenAPI document needs no login and describes what is served', async (t) => {
  const admin = await startTestAdmin(t);
  const { status, body } = await admin.call('GET', '/openapi.json', undefined, {});
  assert.equal(status, 200);
  assert.equal(body.openapi, '3.1.0');
  const operations = Object.entries(
    body.paths as Record<string, Record<string, { operationId: string }>>,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
  );
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  assert.ok(operations.length >= 25);
  for (const { path, method } of operations.filter(
    ({ path }) => !/openapi|session$|login-methods|oidc/.test(path),
  )) {
    const url = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'x');
    const body = method === 'get' || method === 'delete' ? undefined : {};
    assert.equal((await admin.call(method.toUpperCase(), url, body, {})).status, 401, `${method} ${path}`);
  }
  const change = body.paths['/api/v1/keys/{namespace}/{name}'].patch;
  assert.deepEqual(change.requestBody.content['application/json'].schema.properties.owner.type, [
    'string',
    'null',
  ]);
  assert.ok(!JSON.stringify(body).includes('x-kubernetes'));
  const [name] = Object.keys(body.paths['/api/v1/calls/tail'].get.responses['200'].content);
  assert.equal(name, 'text/event-stream');
});
