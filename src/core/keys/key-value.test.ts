import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { displayOf, keyValueFault, newKeyValue } from './key-value.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('every value has its form and the checksum of its characters', () => {
  fc.assert(
    fc.property(bytes, (random) => {
      fc.pre(random.some((byte) => byte < 248));
      const value = newKeyValue(() => random);
      assert.match(value, /^tg_[0-9A-Za-z]{38}$/);
      assert.equal(parseInt62(value.slice(-6)), crc32(value.slice(3, 35)));
    }),
  );
});

test('bytes that would favour some characters are thrown away', () => {
  let asked = 0;
  const value = newKeyValue((count) => new Uint8Array(count).fill(asked++ === 0 ? 255 : 1));
  assert.equal(asked, 2);
  assert.equal(value.slice(3, 35), '1'.repeat(32));
});

test('what is shown tells keys apart and gives nothing away', () => {
  const value = newKeyValue((count) => new Uint8Array(count).fill(10));
  assert.equal(displayOf(value), `tg_…${value.slice(-4)}`);
  assert.equal(displayOf('sk-mike-key'), '…ey');
  assert.equal(displayOf('abc'), '…');
});

test('one mistyped character is noticed; values of another origin are not judged', () => {
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 3, max: 40 }),
      fc.constantFrom(...'aZ7'),
      (random, at, character) => {
        fc.pre(random.some((byte) => byte < 248));
        const value = newKeyValue(() => random);
        assert.equal(keyValueFault(value), undefined);
        fc.pre(value[at] !== character);
        assert.match(keyValueFault(value.slice(0, at) + character + value.slice(at + 1))!, /checksum/);
      },
    ),
  );
  assert.match(keyValueFault('tg_short')!, /41 letters and digits/);
  assert.equal(keyValueFault('sk-mike-key'), undefined);
});

function parseInt62(text: string): number {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return [...text].reduce((sum, character) => sum * 62 + alphabet.indexOf(character), 0);
}
