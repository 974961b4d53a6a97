/** Raw requests, compared with what a real API server was recorded to answer. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { get } from 'node:https';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './api-server.fixture.ts';

const testdata = (path: string) =>
  readFileSync(new URL(`../../testdata/kubernetes/${path}`, import.meta.url), 'utf8');
const routes = '/apis/gateway.networking.k8s.io/v1/namespaces/agentgateway-system/httproutes';
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.close());

interface Recorded {
  method: string;
  url: string;
  status: number;
  ct?: string;
  body: Record<string, unknown>;
}

test('recorded refusals of what is not there, and of the wrong patch type, are equal to ours', async () => {
  const recorded = (JSON.parse(testdata('errors.json')) as Recorded[]).filter(
    (r) =>
      (r.status === 404 && r.method === 'GET' && !r.url.endsWith('/namespaces/ratelimit')) ||
      r.status === 415,
  );
  assert.ok(recorded.length > 10);
  for (const { method, url, status, ct, body } of recorded) {
    const answer = await api.http(
      method,
      url,
      method === 'PATCH' ? {} : undefined,
      ct === undefined ? {} : { 'content-type': ct },
    );
    assert.deepEqual({ status: answer.status, body: answer.json() }, { status, body }, `${method} ${url}`);
  }
});

test('recorded list and watch refusals are equal to ours', async () => {
  const bad = await api.http('GET', `${routes}?fieldSelector=spec.foo=x`);
  assert.equal(bad.status, 400);
  assert.deepEqual(bad.json(), JSON.parse(testdata('watch/fieldsel-bad.txt').split(/\r?\n\r?\n/)[1]!));
  const future = await api.http('GET', `${routes}?resourceVersion=999999999`);
  assert.equal(future.status, 504);
  assert.equal(future.headers['retry-after'], '1');
  const expected = testdata('watch/list-future.txt')
    .split(/\r?\n\r?\n/)[1]!
    .replace('302', String(api.registry.store.revision()));
  assert.deepEqual(future.json(), JSON.parse(expected));
  const unknown = await api.http('GET', '/apis/nope.example.com/v1/widgets');
  assert.deepEqual([unknown.status, unknown.body], [404, '404 page not found\n']);
});

test('without the token 401, health and version open, another host name refused', async () => {
  const none = { authorization: 'Bearer wrong' };
  const refused = await api.http('GET', '/api/v1/secrets', undefined, none);
  assert.deepEqual([refused.status, refused.json()['reason']], [401, 'Unauthorized']);
  for (const path of ['/healthz', '/readyz', '/livez', '/version']) {
    assert.equal((await api.http('GET', path, undefined, none)).status, 200, path);
  }
  assert.equal(
    (await api.http('GET', '/api/v1/secrets', undefined, { host: 'evil.example.com' })).status,
    403,
  );
  assert.equal(statSync(api.server.kubeconfigPath).mode & 0o777, 0o600);
});

test('a body that is too large, no JSON, or of an unknown type', async () => {
  const large = await api.http('POST', configMaps, configMap('large', { a: 'x'.repeat(4 * 1024 * 1024) }));
  assert.equal(large.status, 413);
  const broken = await api.http('POST', configMaps, '{"data": "sk-secret');
  assert.equal(broken.status, 400);
  assert.doesNotMatch(broken.body, /sk-secret/);
  assert.equal((await api.http('POST', configMaps, 'x', { 'content-type': 'text/html' })).status, 415);
});

test('field validation: strict refuses, warn warns, ignore is silent; duplicates count', async () => {
  const text =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"v"},"data":{"a":"1","a":"2"},"extra":1}';
  const strict = await api.http('POST', `${configMaps}?fieldValidation=Strict&dryRun=All`, text);
  assert.equal(strict.status, 400);
  assert.match(strict.body, /strict decoding error: duplicate field \\"data.a\\", unknown field \\"extra\\"/);
  const warned = await api.http('POST', `${configMaps}?dryRun=All`, text);
  assert.equal(warned.status, 201);
  assert.match(String(warned.headers['warning']), /299 - "duplicate field .*, 299 - "unknown field/);
  const ignored = await api.http('POST', `${configMaps}?fieldValidation=Ignore&dryRun=All`, text);
  assert.equal(ignored.headers['warning'], undefined);
  assert.equal((await api.http('GET', `${configMaps}/v`)).status, 404, 'a dry run keeps nothing');
});

test('lists in chunks stay what they were when the first chunk was read', async () => {
  for (const name of ['c1', 'c2', 'c3']) await api.http('POST', configMaps, configMap(name));
  const first = (await api.http('GET', `${configMaps}?limit=2`)).json();
  const metadata = first['metadata'] as { continue: string; remainingItemCount: number };
  assert.equal(metadata.remainingItemCount, 1);
  await api.http('DELETE', `${configMaps}/c3`);
  const second = (await api.http('GET', `${configMaps}?limit=2&continue=${metadata.continue}`)).json();
  assert.deepEqual(
    (second['items'] as { metadata: { name: string } }[]).map((i) => i.metadata.name),
    ['c3'],
  );
  assert.equal((await api.http('GET', `${configMaps}?continue=xx`)).status, 400);
});

test('a watch sends its headers at once, then changes; a selector turns leaving into DELETED', {
  timeout: 10_000,
}, async () => {
  const { ca, authorization } = api.credentials;
  const from = api.registry.store.revision();
  const path = `${configMaps}?watch=true&resourceVersion=${from}&labelSelector=w`;
  const lines: { type: string; object: { metadata: { name: string } } }[] = [];
  const call = get(api.server.url + path, { ca, headers: { authorization }, agent: false });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
    call.on('response', resolve),
  );
  const arrived = new Promise<void>((resolve) => {
    response.on('data', (chunk) => {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      if (lines.length >= 2) resolve();
    });
  });
  await api.http('POST', configMaps, { ...configMap('w1'), metadata: { name: 'w1', labels: { w: '1' } } });
  await api.http(
    'PATCH',
    `${configMaps}/w1`,
    { metadata: { labels: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await arrived;
  call.destroy();
  assert.deepEqual(
    lines.map((l) => `${l.type} ${l.object.metadata.name}`),
    ['ADDED w1', 'DELETED w1'],
  );
});

test('initial events end with a bookmark, as recorded', { timeout: 10_000 }, async () => {
  const query =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const { body } = await api.http('GET', `${routes}?${query}`);
  const bookmark = JSON.parse(body.split('\n')[0]!);
  assert.equal(bookmark.type, 'BOOKMARK');
  assert.deepEqual(bookmark.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
});

test('deletion honours preconditions and finalizers', async () => {
  const created = await api.http('POST', configMaps, {
    ...configMap('f'),
    metadata: { name: 'f', finalizers: ['example.com/hold'] },
  });
  assert.equal(created.status, 201);
  const wrong = await api.http('DELETE', `${configMaps}/f`, { preconditions: { uid: 'other' } });
  assert.equal(wrong.status, 409);
  const held = (await api.http('DELETE', `${configMaps}/f`)).json() as {
    metadata: { deletionTimestamp?: string };
  };
  assert.ok(held.metadata.deletionTimestamp);
  const type = { 'content-type': 'application/merge-patch+json' };
  await api.http('PATCH', `${configMaps}/f`, { metadata: { finalizers: null } }, type);
  assert.equal((await api.http('GET', `${configMaps}/f`)).status, 404);
});
