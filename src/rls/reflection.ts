/** grpc.reflection (v1 and v1alpha, which are the same on the wire): so that grpcurl and the like need no proto files. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { grpcStatus } from './grpc-status.ts';
import { type ReflectedFile, reflectedFiles, serviceNames } from './proto-files.ts';

/** Field numbers of ServerReflectionRequest and ServerReflectionResponse. */
const request = { fileByName: 3, fileBySymbol: 4, listServices: 7 };
const response = { validHost: 1, original: 2, files: 4, services: 6, error: 7 };

let files: ReflectedFile[] | undefined;

/** Answers one ServerReflectionRequest. */
export function reflect(message: Uint8Array): Uint8Array {
  // Built when somebody asks for the first time: most never do.
  files ??= reflectedFiles();
  const asked = read(message);
  const writer = new BinaryWriter();
  writer.tag(response.validHost, WireType.LengthDelimited).string('');
  writer.tag(response.original, WireType.LengthDelimited).bytes(message);
  if (asked.field === request.listServices) writeServices(writer);
  else if (asked.field === request.fileByName)
    writeFile(writer, files, asked.text, ({ name }) => name === asked.text);
  else if (asked.field === request.fileBySymbol)
    writeFile(writer, files, asked.text, ({ symbols }) => symbols.includes(asked.text));
  else writeError(writer, grpcStatus.UNIMPLEMENTED, 'not served by this reflection');
  return writer.finish();
}

function read(message: Uint8Array): { field: number; text: string } {
  const reader = new BinaryReader(message);
  let asked = { field: 0, text: '' };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (
      field >= request.fileByName &&
      field <= request.listServices &&
      wireType === WireType.LengthDelimited
    ) {
      const bytes = reader.bytes();
      asked = { field, text: Buffer.from(bytes).toString('utf8') };
    } else reader.skip(wireType, field);
  }
  return asked;
}

function writeServices(writer: BinaryWriter): void {
  writer.tag(response.services, WireType.LengthDelimited).fork();
  for (const name of serviceNames)
    writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name).join();
  writer.join();
}

/** With everything that it imports, so that one answer is enough. */
function writeFile(
  writer: BinaryWriter,
  all: readonly ReflectedFile[],
  asked: string,
  matches: (file: ReflectedFile) => boolean,
): void {
  const found = all.find(matches);
  if (found === undefined) {
    writeError(writer, grpcStatus.NOT_FOUND, `${asked.slice(0, 200)} is not known`);
    return;
  }
  const needed = new Set([found]);
  for (const file of needed) {
    for (const name of file.dependency) {
      const dependency = all.find((one) => one.name === name);
      if (dependency !== undefined) needed.add(dependency);
    }
  }
  writer.tag(response.files, WireType.LengthDelimited).fork();
  for (const { bytes } of needed) writer.tag(1, WireType.LengthDelimited).bytes(bytes);
  writer.join();
}

function writeError(writer: BinaryWriter, code: number, text: string): void {
  writer.tag(response.error, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(code).tag(2, WireType.LengthDelimited).string(text).join();
}
