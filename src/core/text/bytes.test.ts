/** Against the platform's own decoders, which core may not use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32, decodeBase64Bytes, decodeUtf8, encodeBase64 } from './bytes.ts';

const wild = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: 'binary', maxLength: 9_000 });

test('UTF-8: every text, and what is none', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const same = (bytes: Uint8Array) => assert.equal(decodeUtf8(bytes), decoder.decode(bytes));
  fc.assert(fc.property(text, (value) => same(new TextEncoder().encode(value))));
  fc.assert(fc.property(wild, same), { numRuns: 2_000 });
  const edges = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...edges), { maxLength: 8 }), (bytes) =>
      same(Uint8Array.from(bytes)),
    ),
    { numRuns: 3_000 },
  );
});

test('UTF-8: a part of the bytes', () => {
  assert.equal(decodeUtf8(new TextEncoder().encode('ab é漢😀 c'), 1, 12), 'b é漢😀');
});

test('base64: with and without padding; anything else is refused', () => {
  fc.assert(
    fc.property(wild, (bytes) => {
      const encoded = Buffer.from(bytes).toString('base64');
      assert.deepEqual(decodeBase64Bytes(encoded), bytes);
      assert.equal(encodeBase64(bytes), encoded);
      assert.deepEqual(decodeBase64Bytes(encoded.replace(/=+$/, '')), bytes);
    }),
  );
  for (const wrong of ['A', 'AAAAA', 'AA-_', 'AA é', 'A=A=', 'AA\n=']) {
    assert.equal(decodeBase64Bytes(wrong), undefined, wrong);
  }
});

test('CRC-32: as zlib has it, in one piece or several', () => {
  fc.assert(
    fc.property(wild, fc.nat(200), (bytes, cut) => {
      const at = Math.min(cut, bytes.length);
      const expected = zlibCrc32(bytes);
      assert.equal(crc32(bytes, 0, bytes.length), expected);
      assert.equal(crc32(bytes, at, bytes.length, crc32(bytes, 0, at)), expected);
    }),
  );
});
