/** The messages of `envoy.service.ratelimit.v3` on the wire, by field number (Envoy API v3: rls.proto, ratelimit.proto). */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type {
  DescriptorStatus,
  LimitUnit,
  RateLimitDescriptor,
  RateLimitRequest,
  RateLimitResponse,
} from '../core/ratelimit/model.ts';
import { writeStruct } from './struct-codec.ts';
import { InvalidRequest, unitNumbers, unitOfNumber } from './unit-numbers.ts';

/** Invalid UTF-8 is a fault of the sender, not a name with question marks. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

type Read = (field: number, reader: BinaryReader) => boolean;

/** Reads a message; unknown fields are skipped. Throws on bytes that are no message. */
function readMessage(bytes: Uint8Array, read: Read): void {
  const reader = new BinaryReader(bytes, (text) => strictUtf8.decode(text));
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!read(field, reader)) reader.skip(wireType, field);
  }
}

export function decodeRequest(bytes: Uint8Array): RateLimitRequest {
  const request: RateLimitRequest = { domain: '', descriptors: [] };
  readMessage(bytes, (field, reader) => {
    if (field === 1) request.domain = reader.string();
    else if (field === 2) request.descriptors.push(decodeDescriptor(reader.bytes()));
    else if (field === 3) request.hitsAddend = reader.uint32();
    else return false;
    return true;
  });
  return request;
}

function decodeDescriptor(bytes: Uint8Array): RateLimitDescriptor {
  const descriptor: RateLimitDescriptor = { entries: [] };
  readMessage(bytes, (field, reader) => {
    if (field === 1) descriptor.entries.push(decodeEntry(reader.bytes()));
    else if (field === 2) descriptor.limitOverride = decodeOverride(reader.bytes());
    else if (field === 3) descriptor.hitsAddend = decodeWrappedCount(reader.bytes());
    else if (field === 4) descriptor.isNegativeHits = reader.bool();
    else return false;
    return true;
  });
  return descriptor;
}

function decodeEntry(bytes: Uint8Array): { key: string; value: string } {
  const entry = { key: '', value: '' };
  readMessage(bytes, (field, reader) => {
    if (field === 1) entry.key = reader.string();
    else if (field === 2) entry.value = reader.string();
    else return false;
    return true;
  });
  return entry;
}

function decodeOverride(bytes: Uint8Array): { requestsPerUnit: number; unit: LimitUnit } {
  let requestsPerUnit = 0;
  let number = 0;
  readMessage(bytes, (field, reader) => {
    if (field === 1) requestsPerUnit = reader.uint32();
    else if (field === 2) number = reader.int32();
    else return false;
    return true;
  });
  const unit = unitOfNumber(number);
  if (unit === undefined) throw new InvalidRequest(`the limit override has no unit of time (unit ${number})`);
  return { requestsPerUnit, unit };
}

/** google.protobuf.UInt64Value. */
function decodeWrappedCount(bytes: Uint8Array): number {
  let value = 0;
  readMessage(bytes, (field, reader) => {
    if (field !== 1) return false;
    value = Number(reader.uint64());
    return true;
  });
  if (!Number.isSafeInteger(value)) throw new InvalidRequest('hits_addend is larger than 2^53');
  return value;
}

const codes = { OK: 1, OVER_LIMIT: 2 } as const;

export function encodeResponse(response: RateLimitResponse): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(codes[response.overallCode]);
  for (const status of response.statuses) {
    writer.tag(2, WireType.LengthDelimited).fork();
    encodeStatus(writer, status);
    writer.join();
  }
  for (const { key, value } of response.responseHeadersToAdd) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join();
  }
  if (response.dynamicMetadata !== undefined) {
    writer.tag(6, WireType.LengthDelimited).fork();
    writeStruct(writer, response.dynamicMetadata);
    writer.join();
  }
  return writer.finish();
}

function encodeStatus(writer: BinaryWriter, status: DescriptorStatus): void {
  writer.tag(1, WireType.Varint).int32(codes[status.code]);
  const { currentLimit: limit, durationUntilResetSeconds: reset } = status;
  if (limit !== undefined) {
    writer.tag(2, WireType.LengthDelimited).fork();
    writer
      .tag(1, WireType.Varint)
      .uint32(limit.requestsPerUnit)
      .tag(2, WireType.Varint)
      .int32(unitNumbers[limit.unit]);
    if (limit.name !== '') writer.tag(3, WireType.LengthDelimited).string(limit.name);
    writer.join();
  }
  if (status.limitRemaining > 0) writer.tag(3, WireType.Varint).uint32(status.limitRemaining);
  if (reset !== undefined)
    writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(reset).join();
}

export function encodeRequest(request: RateLimitRequest): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(request.domain);
  for (const descriptor of request.descriptors) {
    writer.tag(2, WireType.LengthDelimited).fork();
    for (const { key, value } of descriptor.entries) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer
        .tag(1, WireType.LengthDelimited)
        .string(key)
        .tag(2, WireType.LengthDelimited)
        .string(value)
        .join();
    }
    const { limitOverride: override, hitsAddend, isNegativeHits } = descriptor;
    if (override !== undefined) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writer
        .tag(1, WireType.Varint)
        .uint32(override.requestsPerUnit)
        .tag(2, WireType.Varint)
        .int32(unitNumbers[override.unit])
        .join();
    }
    if (hitsAddend !== undefined)
      writer.tag(3, WireType.LengthDelimited).fork().tag(1, WireType.Varint).uint64(hitsAddend).join();
    if (isNegativeHits) writer.tag(4, WireType.Varint).bool(true);
    writer.join();
  }
  if (request.hitsAddend !== undefined) writer.tag(3, WireType.Varint).uint32(request.hitsAddend);
  return writer.finish();
}

export function decodeResponse(bytes: Uint8Array): RateLimitResponse {
  const response: RateLimitResponse = { overallCode: 'OK', statuses: [], responseHeadersToAdd: [] };
  readMessage(bytes, (field, reader) => {
    if (field === 1) response.overallCode = reader.int32() === codes.OVER_LIMIT ? 'OVER_LIMIT' : 'OK';
    else if (field === 2) response.statuses.push(decodeStatus(reader.bytes()));
    else if (field === 3) response.responseHeadersToAdd.push(decodeEntry(reader.bytes()));
    else return false;
    return true;
  });
  return response;
}

function decodeStatus(bytes: Uint8Array): DescriptorStatus {
  const status: DescriptorStatus = { code: 'OK', limitRemaining: 0 };
  readMessage(bytes, (field, reader) => {
    if (field === 1) status.code = reader.int32() === codes.OVER_LIMIT ? 'OVER_LIMIT' : 'OK';
    else if (field === 2) status.currentLimit = decodeLimit(reader.bytes());
    else if (field === 3) status.limitRemaining = reader.uint32();
    else if (field === 4) status.durationUntilResetSeconds = decodeSeconds(reader.bytes());
    else return false;
    return true;
  });
  return status;
}

function decodeLimit(bytes: Uint8Array): NonNullable<DescriptorStatus['currentLimit']> {
  const limit: NonNullable<DescriptorStatus['currentLimit']> = {
    requestsPerUnit: 0,
    unit: 'second',
    name: '',
  };
  readMessage(bytes, (field, reader) => {
    if (field === 1) limit.requestsPerUnit = reader.uint32();
    else if (field === 2) limit.unit = unitOfNumber(reader.int32()) ?? 'second';
    else if (field === 3) limit.name = reader.string();
    else return false;
    return true;
  });
  return limit;
}

/** google.protobuf.Duration, whole seconds. */
function decodeSeconds(bytes: Uint8Array): number {
  let seconds = 0;
  readMessage(bytes, (field, reader) => {
    if (field !== 1) return false;
    seconds = Number(reader.int64());
    return true;
  });
  return seconds;
}
