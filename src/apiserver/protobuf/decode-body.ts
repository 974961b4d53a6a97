/** Kubernetes' protobuf bodies (`application/vnd.kubernetes.protobuf`): four magic bytes, an envelope, the object. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type Field, type FieldType, type Message, messages } from './messages.ts';

type Fields = Record<string, unknown>;

const magic = Buffer.from('k8s\0', 'latin1');

/** Throws with a text for the client when the bytes or the kind cannot be read. */
export function decodeProtobufBody(bytes: Uint8Array): { apiVersion: string; kind: string; object: Fields } {
  if (!magic.equals(bytes.subarray(0, 4)))
    throw new Error('the body does not begin as a Kubernetes protobuf message');
  const envelope = decode(bytes.subarray(4), {
    1: { name: 'type', kind: 'one', type: { 1: text('apiVersion'), 2: text('kind') } },
    2: { name: 'raw', kind: 'one', type: 'bytes' },
  });
  const { apiVersion = '', kind = '' } = (envelope['type'] ?? {}) as { apiVersion?: string; kind?: string };
  const message = messages[`${apiVersion} ${kind}`];
  if (message === undefined) {
    throw new Error(
      `${kind} of ${apiVersion} is not read as protobuf: send it as JSON or YAML, for example with kubectl apply`,
    );
  }
  const raw = Buffer.from((envelope['raw'] as string | undefined) ?? '', 'base64');
  return { apiVersion, kind, object: { apiVersion, kind, ...decode(raw, message) } };
}

function text(name: string): Field {
  return { name, type: 'string', kind: 'one' };
}

/** Absent and empty are the same on the wire (strings, numbers, messages): the empty ones are left out. */
function decode(bytes: Uint8Array, message: Message): Fields {
  const reader = new BinaryReader(bytes);
  const result: Fields = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = message[number];
    if (field === undefined) reader.skip(wireType, number);
    else readField(reader, wireType, field, result);
  }
  return result;
}

function readField(reader: BinaryReader, wireType: WireType, field: Field, result: Fields): void {
  if (field.kind === 'map') {
    const entry = decode(reader.bytes(), {
      1: text('key'),
      2: { name: 'value', type: field.type, kind: 'one' },
    });
    const map = (result[field.name] ?? {}) as Fields;
    const key = String(entry['key'] ?? '');
    Object.defineProperty(map, key, {
      value: entry['value'] ?? '',
      enumerable: true,
      writable: true,
      configurable: true,
    });
    result[field.name] = map;
    return;
  }
  const value = readValue(reader, wireType, field.type);
  if (field.kind === 'list') result[field.name] = [...((result[field.name] ?? []) as unknown[]), value];
  else if (!isEmpty(value) || field.name === 'replicas') result[field.name] = value;
}

function readValue(reader: BinaryReader, wireType: WireType, type: FieldType): unknown {
  if (type === 'int') return Number(reader.int64());
  if (type === 'bool') return reader.bool();
  if (wireType !== WireType.LengthDelimited) throw new Error('a field has an unexpected wire type');
  if (type === 'string') return reader.string();
  const bytes = reader.bytes();
  if (type === 'bytes') return Buffer.from(bytes).toString('base64');
  if (type === 'time') return timeOf(decode(bytes, { 1: { name: 'seconds', type: 'int', kind: 'one' } }));
  if (type === 'intOrString') return intOrString(bytes);
  return decode(bytes, type);
}

function intOrString(bytes: Uint8Array): unknown {
  const value = decode(bytes, {
    1: { name: 'type', type: 'int', kind: 'one' },
    2: { name: 'number', type: 'int', kind: 'one' },
    3: text('text'),
  });
  return value['type'] === 1 ? (value['text'] ?? '') : (value['number'] ?? 0);
}

function timeOf({ seconds }: Fields): string {
  return seconds === undefined ? '' : new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
