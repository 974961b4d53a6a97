import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConnectionFault } from './frames.ts';
import { HpackDecoder } from './hpack.ts';

const decodeAll = (...blocks: string[]) => {
  const decoder = new HpackDecoder();
  return blocks.map((hex) => decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 16_384).headers);
};

test('the three requests of RFC 7541, appendix C.4: Huffman, and a table that grows', () => {
  const common = (scheme: string, path: string) => [
    [':method', 'GET'],
    [':scheme', scheme],
    [':path', path],
    [':authority', 'www.example.com'],
  ];
  assert.deepEqual(
    decodeAll(
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ),
    [
      common('http', '/'),
      [...common('http', '/'), ['cache-control', 'no-cache']],
      [...common('https', '/index.html'), ['custom-key', 'custom-value']],
    ],
  );
});

test('the table’s size is the peer’s to change, first of all and up to what we allow', () => {
  assert.deepEqual(decodeAll('20 4001 61 01 62', '3fe11f 82'), [[['a', 'b']], [[':method', 'GET']]]);
  for (const block of ['82 20', '3fe21f', 'be', '80', '7f', '40', '0001', 'ffffffffff0f', '0081 ff 00'])
    assert.throws(() => decodeAll(block), ConnectionFault, block);
});

test('a list that is too long is told, and the table stays right', () => {
  const decoder = new HpackDecoder();
  const long = decoder.decode(Buffer.from('4001 61 03 626262'.replaceAll(' ', ''), 'hex'), 10);
  assert.deepEqual(long, { headers: [], isTooLong: true });
  assert.deepEqual(decoder.decode(Buffer.of(0xbe), 100).headers, [['a', 'bbb']]);
});

test('any bytes are fields or a fault', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder();
      try {
        for (const block of blocks) decoder.decode(Buffer.from(block), 1_000);
      } catch (error) {
        assert.ok(error instanceof ConnectionFault);
      }
    }),
    { numRuns: 3_000 },
  );
});
