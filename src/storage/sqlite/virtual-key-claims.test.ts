import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { readStoredKey } from '../../core/config/key-facts.ts';
import { faultsOf } from '../../core/config/key-faults.ts';
import { VirtualKeyBook } from '../../core/config/virtual-key-book.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { createResourceStore } from '../memory/resource-store.ts';
import type { ResourceChange, ResourceStore } from '../resource-store.ts';
import { openResourceStore } from './resource-store.ts';
import { SqliteKeyReader } from './virtual-key-reader.ts';

const kind = { group: 'tollgate.dev', kind: 'VirtualKey' };
const reading = { sha256: (text: string) => text, secret: () => undefined };
const values = 6;
const hexOf = (n: number) => String(n).padStart(64, '0');

function openStore(t: TestContext): ResourceStore {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-claims-'));
  const store = openResourceStore(directory);
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
}

interface Draft {
  name: number;
  value: number;
  before: number | undefined;
  grace: string;
  age: number;
  expires: string | undefined;
  targets: string[] | undefined;
  label: string;
}

function keyObject({ name, value, before, grace, age, expires, targets, label }: Draft): KubeObject {
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      ...{ namespace: 'ns', name: `k${name}`, labels: { label } },
      creationTimestamp: `2026-11-0${age}T00:00:00Z`,
    },
    spec: {
      keyHash: `sha256:${hexOf(value)}`,
      ...(expires !== undefined && { expiresAt: expires }),
      ...(targets && { targetRefs: targets.map((name) => ({ name })) }),
      ...(before !== undefined && {
        rotation: { previousKeyHash: `sha256:${hexOf(before)}`, graceUntil: grace },
      }),
    },
  };
}

const draft: fc.Arbitrary<Draft> = fc.record({
  name: fc.nat(7),
  value: fc.nat(values - 1),
  before: fc.option(fc.nat(values - 1), { nil: undefined }),
  grace: fc.constantFrom('2026-12-01T00:00:00Z', '2026-02-31T00:00:00Z'),
  age: fc.integer({ min: 1, max: 3 }),
  expires: fc.constantFrom(undefined, undefined, '2027-01-01T00:00:00Z', '2027-02-31T00:00:00Z'),
  targets: fc.constantFrom(undefined, ['gw'], ['gw', 'other']),
  label: fc.constantFrom('a', 'b'),
});
const step = fc.array(fc.oneof({ weight: 3, arbitrary: draft }, { weight: 1, arbitrary: fc.nat(7) }), {
  minLength: 1,
  maxLength: 3,
});

const changeOf = (one: Draft | number): ResourceChange =>
  typeof one === 'number'
    ? { type: 'delete', ref: { ...kind, namespace: 'ns', name: `k${one}` } }
    : { type: 'put', object: keyObject(one) };

test('the book on disk and the book in memory answer alike, and a thread with what it has read before too', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const store = openStore(t);
      const keys = store.keys!;
      const reader = new SqliteKeyReader(keys.handle);
      const memory = createResourceStore();
      let faults = new Map<string, string[]>();
      for (const changes of steps) {
        store.commit(changes.map(changeOf));
        memory.commit(changes.map(changeOf));
        const book = new VirtualKeyBook();
        for (const object of memory.list(kind.group, kind.kind)) book.put(object, reading);
        for (let n = 0; n < values; n++) {
          const expected = book.find(hexOf(n));
          assert.deepEqual(keys.inForce(hexOf(n)), expected);
          assert.deepEqual(reader.find(hexOf(n)), expected);
          assert.equal(keys.holderOf(hexOf(n)), book.holderOf(hexOf(n)));
        }
        for (const gateway of ['gw', 'other', 'third'])
          assert.equal(keys.opens('ns', gateway), book.opens('ns', gateway));
        // Nobody's status has become another without being remembered.
        const untold = keys.untold(100);
        const names = new Set(untold.map(({ object }) => object.metadata.name));
        const now = new Map<string, string[]>();
        for (const object of keys.page({ limit: 100 })) {
          const { name } = object.metadata;
          now.set(name, faultsOf(readStoredKey(object), [], keys));
          assert.deepEqual(now.get(name), faultsOf(book.get(`VirtualKey/ns/${name}`)!, [], book));
          if (!names.has(name)) assert.deepEqual(now.get(name), faults.get(name), name);
        }
        faults = now;
        keys.told(untold);
        assert.equal(keys.untold(1).length, 0);
      }
      reader.close();
    }),
    { numRuns: 60 },
  );
});

const plain = { before: undefined, grace: '', age: 1, expires: undefined, targets: undefined, label: 'a' };
const put = (store: ResourceStore, more: Partial<Draft>) =>
  store.commit([{ type: 'put', object: keyObject({ name: 1, value: 1, ...plain, ...more }) }]);

test('what is told of a key that changed meanwhile is told again', (t) => {
  const store = openStore(t);
  put(store, {});
  const untold = store.keys!.untold(10);
  put(store, { label: 'b' });
  store.keys!.told(untold);
  assert.deepEqual(
    store.keys!.untold(10).map(({ object }) => object.metadata.labels),
    [{ label: 'b' }],
  );
});

test('keys that name a Gateway that came or went are to be told, and no others', (t) => {
  const store = openStore(t);
  const keys = store.keys!;
  put(store, { name: 1 });
  put(store, { name: 2, targets: ['gw'] });
  put(store, { name: 3, targets: ['gw', 'other'] });
  const names = () => keys.untold(10).map(({ object }) => object.metadata.name);
  const tell = () => keys.told(keys.untold(10));
  tell();
  keys.gatewaysAre(['ns/other', 'ns/any']);
  assert.deepEqual(names(), ['k3']);
  tell();
  keys.gatewaysAre(['ns/any', 'ns/other']);
  assert.deepEqual(names(), []);
  keys.gatewaysAre(['ns/gw']);
  assert.deepEqual(names(), ['k3', 'k2']);
});

test('a value that nobody has is refused without a look at the disk once all are known', async (t) => {
  const store = openStore(t);
  const { handle } = store.keys!;
  for (let n = 0; n < 50; n++) put(store, { name: n, value: n });
  const reader = new SqliteKeyReader(handle);
  while (new Int32Array(handle.marks.versions).at(-1) === 0)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reader.find(hexOf(7))?.id, 'VirtualKey/ns/k7');
  store.commit([{ type: 'delete', ref: { ...kind, namespace: 'ns', name: 'k7' } }]);
  assert.equal(reader.find(hexOf(7)), undefined);
  reader.close();
  // The disk can be asked no more.
  assert.throws(() => reader.find(hexOf(8)), /not open|finalized/);
  assert.equal(reader.find('ab'.repeat(32)), undefined);
});

test('a thread that reads while keys are written finds a value that is somebody’s before and after each change', async (t) => {
  const store = openStore(t);
  const grace = { before: 1, grace: '2026-12-01T00:00:00Z' };
  put(store, { name: 1, value: 1 });
  put(store, { name: 2, value: 5 });
  const ended = new Int32Array(new SharedArrayBuffer(8));
  const values = [hexOf(1), hexOf(5), hexOf(9)];
  const fixture = new URL('./reading-thread.fixture.ts', import.meta.url);
  const thread = new Worker(fixture, { workerData: { handle: store.keys!.handle, values, ended } });
  t.after(() => thread.terminate());
  const missed = once(thread, 'message');
  while (Atomics.load(ended, 1) < 10) await new Promise((resolve) => setImmediate(resolve));
  for (let round = 0; round < 1_500; round++) {
    // Rotated, and back: the value is today's or that before all the time.
    put(store, round % 2 === 0 ? { name: 1, value: 2, ...grace } : { name: 1, value: 1 });
    // Of two keys with the value one is left.
    if (round % 3 === 0) put(store, { name: 3, value: 5 });
    if (round % 3 === 1) store.commit([{ type: 'delete', ref: { ...kind, namespace: 'ns', name: 'k3' } }]);
  }
  Atomics.store(ended, 0, 1);
  const [[rotated, shared, nobodys]] = (await missed) as [number[]];
  assert.deepEqual([rotated, shared], [0, 0]);
  assert.equal(nobodys, Atomics.load(ended, 1));
});
