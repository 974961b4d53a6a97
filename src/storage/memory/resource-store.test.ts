import assert from 'node:assert/strict';
import test from 'node:test';
import type { ResourcePersistence } from '../resource-store.ts';
import { createResourceStore } from './resource-store.ts';

const configMap = (name: string, value = '', namespace = 'a') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name },
  data: { value },
});
const ref = (name: string) => ({ group: '', kind: 'ConfigMap', namespace: 'a', name });

test('changes get consecutive revisions, listeners get them in order, lists are sorted', () => {
  const store = createResourceStore();
  const seen: string[] = [];
  store.subscribe((events) =>
    seen.push(...events.map((e) => `${e.revision} ${e.type} ${e.object.metadata.name}`)),
  );
  store.commit([
    { type: 'put', object: configMap('b') },
    { type: 'put', object: configMap('a') },
    { type: 'put', object: configMap('a', 'again') },
    { type: 'delete', ref: ref('b') },
    { type: 'delete', ref: ref('absent') },
  ]);
  store.commit([{ type: 'put', object: configMap('z', '', 'B') }]);
  assert.deepEqual(seen, ['1 ADDED b', '2 ADDED a', '3 MODIFIED a', '4 DELETED b', '5 ADDED z']);
  assert.deepEqual(
    store.list('', 'ConfigMap').map((o) => o.metadata.name),
    ['z', 'a'],
  );
  assert.equal(store.get(ref('a'))?.metadata.resourceVersion, '3');
});

test('the log is bounded: what it no longer has is undefined, not partial', () => {
  const store = createResourceStore({ keptEvents: 8 });
  for (let i = 0; i < 30; i++) store.commit([{ type: 'put', object: configMap('a', String(i)) }]);
  assert.equal(store.eventsSince(1), undefined);
  const oldest = store.oldestRevision();
  assert.ok(oldest >= 18 && oldest <= 22, String(oldest));
  assert.equal(store.eventsSince(oldest)!.length, 30 - oldest);
  assert.deepEqual(store.eventsSince(30), []);
});

test('when the persistence throws nothing has changed and nobody is told', () => {
  const persistence: ResourcePersistence = {
    load: () => ({ revision: 7, objects: [] }),
    save: () => {
      throw new Error('disk full');
    },
    close: () => {},
  };
  const store = createResourceStore({ persistence });
  store.subscribe(() => assert.fail('told'));
  assert.throws(() => store.commit([{ type: 'put', object: configMap('a') }]), /disk full/);
  assert.equal(store.revision(), 7);
  assert.equal(store.get(ref('a')), undefined);
});
