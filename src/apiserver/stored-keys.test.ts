/** VirtualKeys that are on disk, through the API: lists, chunks, watches and deletions as of any other kind. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../core/resources/object.ts';
import { startTestServer, type TestServer } from './api-server.fixture.ts';

const ofNamespace = (namespace: string) => `/apis/tollgate.dev/v1alpha1/namespaces/${namespace}/virtualkeys`;
const everywhere = '/apis/tollgate.dev/v1alpha1/virtualkeys';
const inAll = 2_303;
const namespaces = ['default', 'default-b', 'team'];
let api: TestServer;

interface List {
  metadata: { continue?: string; resourceVersion: string };
  items: KubeObject[];
  rows: { cells: unknown[] }[];
}

const list = async (path: string, headers?: Record<string, string>) =>
  (await api.http('GET', path, undefined, headers)).json() as unknown as List;
const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

function keyObject(n: number): KubeObject {
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      ...{ namespace: namespaces[n % 3]!, name: `k${n}`, uid: `uid-${n}`, generation: 1 },
      ...{ labels: { third: n % 3 === 0 ? 'yes' : 'no', one: n === 2_000 ? 'yes' : 'no' } },
    },
    spec: { keyHash: `sha256:${String(n).padStart(64, '0')}` },
  };
}

async function inChunks(path: string, limit: number): Promise<List[]> {
  const chunks: List[] = [];
  for (let token = ''; ; ) {
    const separator = path.includes('?') ? '&' : '?';
    const chunk = await list(`${path}${separator}limit=${limit}${token === '' ? '' : `&continue=${token}`}`);
    chunks.push(chunk);
    token = chunk.metadata.continue ?? '';
    if (token === '') return chunks;
  }
}

before(async () => {
  api = await startTestServer(true);
  const { store } = api.registry;
  const labels = { 'kubernetes.io/metadata.name': 'x' };
  store.commit([
    ...namespaces.map((name) => ({
      type: 'put' as const,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name, labels } },
    })),
    ...Array.from({ length: inAll }, (_, n) => ({ type: 'put' as const, object: keyObject(n) })),
  ]);
});
after(() => api.close());

test('a whole list, one of a namespace, and chunks have each key once, in order', async () => {
  const whole = await list(everywhere);
  const names = whole.items.map(nameOf);
  assert.equal(new Set(names).size, inAll);
  assert.deepEqual(names, [...api.registry.store.list('tollgate.dev', 'VirtualKey')].map(nameOf));
  assert.equal(whole.metadata.resourceVersion, String(api.registry.store.revision()));
  const chunks = await inChunks(everywhere, 500);
  assert.deepEqual(
    chunks.map(({ items }) => items.length),
    [500, 500, 500, 500, 303],
  );
  assert.deepEqual(chunks.flatMap(({ items }) => items).map(nameOf), names);
  const team = (await inChunks(ofNamespace('team'), 300)).flatMap(({ items }) => items).map(nameOf);
  assert.deepEqual(
    team,
    names.filter((name) => name.startsWith('team/')),
  );
  assert.equal((await api.http('GET', `${everywhere}?limit=2&continue=xx`)).status, 400);
});

test('selectors: whole, in chunks that may be short, and by name', async () => {
  const third = (await list(`${everywhere}?labelSelector=third=yes`)).items.length;
  assert.equal(third, Math.ceil(inAll / 3));
  const one = await inChunks(`${everywhere}?labelSelector=one=yes`, 10);
  assert.deepEqual(one.flatMap(({ items }) => items).map(nameOf), [`${namespaces[2_000 % 3]}/k2000`]);
  const named = await list(`${ofNamespace('default')}?fieldSelector=metadata.name=k3`);
  assert.deepEqual(named.items.map(nameOf), ['default/k3']);
  assert.deepEqual((await list(`${ofNamespace('default')}?fieldSelector=metadata.name=k4`)).items, []);
});

test('tables and metadata only, whole', async () => {
  const table = await list(everywhere, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.equal(table.rows.length, inAll);
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  const { items } = await list(everywhere, { accept });
  assert.equal(items.length, inAll);
  assert.equal(items[0]!['spec'], undefined);
  assert.deepEqual((await list(ofNamespace('nowhere'))).items, []);
});

test('a watch begins with all keys, and then tells what changed', async () => {
  const query =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const watch = api.http('GET', `${everywhere}?${query}`);
  await api.http(
    'PATCH',
    `${ofNamespace('default')}/k0`,
    { spec: { owner: 'me' } },
    {
      'content-type': 'application/merge-patch+json',
    },
  );
  const lines = (await watch).body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const added = lines.filter(({ type }) => type === 'ADDED').map(({ object }) => nameOf(object));
  assert.equal(new Set(added).size, inAll);
  const end = lines.findIndex(({ object }) => object.metadata.annotations?.['k8s.io/initial-events-end']);
  assert.ok(end >= inAll);
  const last = lines.findLast(({ object }) => object.metadata.name === 'k0');
  assert.equal(last.object.spec.owner, 'me');
});

test('a collection, and a namespace with all its keys, are deleted', async () => {
  const third = `${ofNamespace('default')}?labelSelector=third=yes`;
  assert.equal((await api.http('DELETE', third)).status, 200);
  assert.deepEqual((await list(ofNamespace('default'))).items, []);
  assert.equal((await api.http('DELETE', '/api/v1/namespaces/team')).status, 200);
  const left = (await list(everywhere)).items.map(({ metadata }) => metadata.namespace);
  assert.deepEqual(new Set(left), new Set(['default-b']));
  assert.equal(left.length, Math.floor((inAll + 1) / 3));
});
