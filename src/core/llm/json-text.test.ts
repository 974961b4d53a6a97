import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patchObjectText } from './json-text.ts';

test('replaces, appends and removes top-level members only', () => {
  const cases: [string, Record<string, string | undefined>, string][] = [
    ['{"a":1}', { a: '2' }, '{"a":2}'],
    ['{"a":1}', { b: '2' }, '{"a":1,"b":2}'],
    ['{}', { b: '2' }, '{"b":2}'],
    ['{ }', { b: '2' }, '{"b":2 }'],
    ['{"x":{"a":1},"a":[{"a":"}"}]}', { a: '0' }, '{"x":{"a":1},"a":0}'],
    ['{"a\\"":"\\\\","b":1}', { b: '2' }, '{"a\\"":"\\\\","b":2}'],
    ['{"\\u0061":1}', { a: '2' }, '{"\\u0061":2}'],
    [
      '{"n":1e400,"big":12345678901234567890,"model":"x"}',
      { model: '"y"' },
      '{"n":1e400,"big":12345678901234567890,"model":"y"}',
    ],
    ['{"a":1,"b":2,"c":3}', { b: undefined }, '{"a":1,"c":3}'],
    ['{"a":1,"b":2}', { a: undefined }, '{"b":2}'],
    ['{"a":1}', { a: undefined }, '{}'],
    ['{"a":1,"a":2}', { a: '3' }, '{"a":3,"a":3}'],
  ];
  for (const [text, changes, expected] of cases) assert.equal(patchObjectText(text, changes), expected);
});

test('patching the text equals patching the value', () => {
  const object = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
  fc.assert(
    fc.property(
      object,
      fc.string({ maxLength: 6 }),
      fc.jsonValue(),
      fc.constantFrom(0, 1, '\t'),
      (value, name, to, indent) => {
        fc.pre(name !== '__proto__' && !Object.hasOwn(value, '__proto__'));
        const patched = patchObjectText(JSON.stringify(value, null, indent), { [name]: JSON.stringify(to) });
        assert.deepEqual(JSON.parse(patched), JSON.parse(JSON.stringify({ ...value, [name]: to })));
      },
    ),
  );
});
