import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { writeStruct } from './struct-codec.ts';
import { WireWriter } from './wire-writer.ts';

test('a struct reads back as the same JSON by protobuf-es', () => {
  const value = {
    text: 'é',
    number: -1.5,
    yes: true,
    nothing: null,
    list: [1, 'two', [false], { three: 3 }],
    deep: { deeper: { deepest: [] } },
    empty: {},
  };
  const writer = new WireWriter();
  writeStruct(writer, value);
  assert.deepEqual(toJson(StructSchema, fromBinary(StructSchema, writer.take())), value);
});
