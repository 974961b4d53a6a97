import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../resources/object.ts';
import { faultsOf } from './key-faults.ts';
import type { SharedKey } from './snapshot.ts';
import { VirtualKeyBook } from './virtual-key-book.ts';

const reading = { sha256: (text: string) => text, secret: () => undefined };
const hashOf = (n: number) => `sha256:${String(n).padStart(64, '0')}`;

interface Draft {
  name: number;
  value: number;
  before: number | undefined;
  age: number;
  expires: string | undefined;
}

function keyObject({ name, value, before, age, expires }: Draft): KubeObject {
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { namespace: 'ns', name: `k${name}`, creationTimestamp: `2026-11-0${age}T00:00:00Z` },
    spec: {
      keyHash: hashOf(value),
      ...(expires !== undefined && { expiresAt: expires }),
      ...(before !== undefined && {
        rotation: { previousKeyHash: hashOf(before), graceUntil: '2026-12-01T00:00:00Z' },
      }),
    },
  };
}

const draft: fc.Arbitrary<Draft> = fc.record({
  name: fc.nat(9),
  value: fc.nat(5),
  before: fc.option(fc.nat(5), { nil: undefined }),
  age: fc.integer({ min: 1, max: 9 }),
  expires: fc.constantFrom(undefined, undefined, '2027-01-01T00:00:00Z', '2027-02-31T00:00:00Z'),
});
const step = fc.oneof(draft, fc.nat(9));

test('key by key or all at once: the same values in force, the same faults; what changed was told', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const book = new VirtualKeyBook();
      const objects = new Map<string, KubeObject>();
      const table = new Map<string, SharedKey>();
      const faults = new Map<string, string[]>();
      for (const one of steps) {
        const name = `ns/k${typeof one === 'number' ? one : one.name}`;
        if (typeof one === 'number') {
          book.remove(name);
          objects.delete(name);
          faults.delete(`VirtualKey/${name}`);
        } else {
          objects.set(name, keyObject(one));
          book.put(objects.get(name)!, reading);
        }
        const touched = book.takeTouched();
        for (const hash of touched.hashes) {
          const key = book.find(hash);
          if (key === undefined) table.delete(hash);
          else table.set(hash, key);
        }
        for (const { id } of touched.keys) {
          const key = book.get(id);
          if (key !== undefined) faults.set(id, faultsOf(key, [], book));
        }
        const fresh = new VirtualKeyBook();
        for (const object of objects.values()) fresh.put(object, reading);
        const entries = (all: Iterable<SharedKey>) => [...all].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
        assert.deepEqual(entries(table.values()), entries(fresh.entries()));
        assert.deepEqual(
          [...faults].sort(),
          [...fresh.keys()].map((key) => [key.id, faultsOf(key, [], fresh)] as const).sort(),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('it is told when keys open other Gateways than before', () => {
  const book = new VirtualKeyBook();
  const key = keyObject({ name: 1, value: 1, before: undefined, age: 1, expires: undefined });
  const opens = () => book.takeTouched().opens;
  book.put(key, reading);
  assert.deepEqual([opens(), book.opens('ns', 'any'), book.opens('other', 'any')], [true, true, false]);
  book.put({ ...key, metadata: { ...key.metadata, name: 'k2' } }, reading);
  assert.equal(opens(), false);
  book.remove('ns/k1');
  assert.equal(opens(), false);
  book.put(
    {
      ...key,
      metadata: { ...key.metadata, name: 'k2' },
      spec: { ...(key['spec'] as object), targetRefs: [{ name: 'gw' }] },
    },
    reading,
  );
  assert.deepEqual([opens(), book.opens('ns', 'gw'), book.opens('ns', 'any')], [true, true, false]);
  book.remove('ns/k2');
  assert.deepEqual([opens(), book.opens('ns', 'gw')], [true, false]);
});
