/** google.protobuf.Struct on the wire, from plain JSON values. */
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes the fields of a Struct (without a tag of its own). */
export function writeStruct(writer: BinaryWriter, value: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of Object.entries(value)) {
    writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeValue(writer, field);
    writer.join().join();
  }
}

/** Values that JSON does not have become null, as `undefined` and functions do in arrays. */
function writeValue(writer: BinaryWriter, value: unknown): void {
  if (typeof value === 'number') writer.tag(2, WireType.Bit64).double(value);
  else if (typeof value === 'string') writer.tag(3, WireType.LengthDelimited).string(value);
  else if (typeof value === 'boolean') writer.tag(4, WireType.Varint).bool(value);
  else if (Array.isArray(value)) {
    writer.tag(6, WireType.LengthDelimited).fork();
    for (const item of value) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writeValue(writer, item);
      writer.join();
    }
    writer.join();
  } else if (typeof value === 'object' && value !== null) {
    writer.tag(5, WireType.LengthDelimited).fork();
    writeStruct(writer, value as Record<string, unknown>);
    writer.join();
  } else writer.tag(1, WireType.Varint).int32(0);
}
