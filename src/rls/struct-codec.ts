/** google.protobuf.Struct on the wire, from plain JSON values. */
import { tagOf, wire } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

const fieldTag = tagOf(1, wire.bytes);
const keyTag = tagOf(1, wire.bytes);
const valueTag = tagOf(2, wire.bytes);
const itemTag = tagOf(1, wire.bytes);
/** Of google.protobuf.Value. */
const valueTags = {
  null: tagOf(1, wire.varint),
  number: tagOf(2, wire.fixed64),
  string: tagOf(3, wire.bytes),
  boolean: tagOf(4, wire.varint),
  struct: tagOf(5, wire.bytes),
  list: tagOf(6, wire.bytes),
};

/** Writes the fields of a Struct (without a tag of its own). */
export function writeStruct(writer: WireWriter, value: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of Object.entries(value)) {
    inside(writer, fieldTag, () => {
      writer.varint(keyTag);
      writer.text(key);
      inside(writer, valueTag, () => writeValue(writer, field));
    });
  }
}

/** Values that JSON does not have become null, as `undefined` and functions do in arrays. */
function writeValue(writer: WireWriter, value: unknown): void {
  if (typeof value === 'number') {
    writer.varint(valueTags.number);
    writer.double(value);
  } else if (typeof value === 'string') {
    writer.varint(valueTags.string);
    writer.text(value);
  } else if (typeof value === 'boolean') {
    writer.varint(valueTags.boolean);
    writer.varint(value ? 1 : 0);
  } else if (Array.isArray(value)) {
    inside(writer, valueTags.list, () => {
      for (const item of value) inside(writer, itemTag, () => writeValue(writer, item));
    });
  } else if (typeof value === 'object' && value !== null) {
    inside(writer, valueTags.struct, () => writeStruct(writer, value as Record<string, unknown>));
  } else {
    writer.varint(valueTags.null);
    writer.varint(0);
  }
}

function inside(writer: WireWriter, tag: number, write: () => void): void {
  writer.varint(tag);
  const start = writer.open();
  write();
  writer.close(start);
}
