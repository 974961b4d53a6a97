import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SharedKey } from '../../core/config/snapshot.ts';
import { SharedKeyReader, SharedKeyWriter } from './shared-keys.ts';

const shaOf = (n: number) => hash('sha256', String(n));

function key(n: number, owner = `owner-${n}`): SharedKey {
  const terms = {
    owner,
    labels: {},
    allowedModels: [],
    allowedRoutes: [],
    allowedCidrs: [],
    disabled: false,
  };
  return { id: `VirtualKey/ns/k${n}`, sha256: shaOf(n), metadata: { n }, terms, namespace: 'ns' };
}

test('any order of changes: every key is found as it was written last, by readers old and new', () => {
  const step = fc.record({
    n: fc.nat(300),
    owner: fc.option(fc.string({ maxLength: 400 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 200 }), { maxLength: 12 }), (rounds) => {
      const writer = new SharedKeyWriter();
      const reader = new SharedKeyReader(writer.handle);
      const expected = new Map<number, SharedKey>();
      for (const round of rounds) {
        const changes = round.map(({ n, owner }) => ({
          sha256: shaOf(n),
          key: owner === undefined ? undefined : key(n, owner),
        }));
        for (const [index, { n }] of round.entries()) {
          const changed = changes[index]!.key;
          if (changed === undefined) expected.delete(n);
          else expected.set(n, changed);
        }
        if (writer.apply(changes)) reader.use(writer.handle);
        assert.equal(writer.size, expected.size);
        for (let n = 0; n <= 300; n += 7) {
          assert.deepEqual(reader.find(shaOf(n)), expected.get(n));
          assert.deepEqual(new SharedKeyReader(writer.handle).find(shaOf(n)), expected.get(n));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a key that changes again and again takes no more and more memory', () => {
  const writer = new SharedKeyWriter();
  for (let round = 0; round < 20_000; round++)
    writer.apply([{ sha256: shaOf(round % 3), key: key(round % 3) }]);
  for (let round = 0; round < 20_000; round++) {
    writer.apply([{ sha256: shaOf(round), key: key(round) }]);
    writer.apply([{ sha256: shaOf(round), key: undefined }]);
  }
  assert.equal(writer.size, 0);
  assert.ok(writer.handle.texts.byteLength <= 128 * 1_024, String(writer.handle.texts.byteLength));
  assert.ok(writer.handle.slots.byteLength <= 8_192);
});
