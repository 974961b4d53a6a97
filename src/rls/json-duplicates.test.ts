import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasDuplicates } from './json-duplicates.ts';

const said = (text: string) => hasDuplicates(text, JSON.parse(text));

test('names said twice are seen, at any depth', () => {
  assert.equal(said('{"a":1,"b":{"a":2}}'), false);
  assert.equal(said('{"a":1,"a":1}'), true);
  assert.equal(said('[{"b":[{"a":1,"\\u0061":2}]}]'), true);
  assert.equal(said('{"a:\\":":":\\\\"}'), false);
});

test('JSON of any value says nothing twice', () => {
  fc.assert(fc.property(fc.json(), (text) => said(text) === false));
});

test('megabytes take no recursion', () => {
  assert.equal(said(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), false);
  assert.equal(said(`{"${'x\\n'.repeat(1_000_000)}":1}`), false);
});
