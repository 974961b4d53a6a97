/** RateLimitResponse of `envoy.service.ratelimit.v3` on the wire, by field number (Envoy API v3: rls.proto). */
import type { DescriptorStatus, RateLimitResponse } from '../core/ratelimit/model.ts';
import { readEntry, writeEntry } from './request-codec.ts';
import { writeStruct } from './struct-codec.ts';
import { unitNumbers, unitOfNumber } from './unit-numbers.ts';
import { tagOf, WireReader, wire } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const codes = { OK: 1, OVER_LIMIT: 2 } as const;
const responseTags = {
  overallCode: tagOf(1, wire.varint),
  statuses: tagOf(2, wire.bytes),
  headersToAdd: tagOf(3, wire.bytes),
  dynamicMetadata: tagOf(6, wire.bytes),
};
const statusTags = {
  code: tagOf(1, wire.varint),
  currentLimit: tagOf(2, wire.bytes),
  limitRemaining: tagOf(3, wire.varint),
  durationUntilReset: tagOf(4, wire.bytes),
};
const limitTags = {
  requestsPerUnit: tagOf(1, wire.varint),
  unit: tagOf(2, wire.varint),
  name: tagOf(3, wire.bytes),
};
/** google.protobuf.Duration; whole seconds are all there is. */
const secondsTag = tagOf(1, wire.varint);

const writer = new WireWriter();

/** `headBytes` free bytes stand in front of the message. */
export function encodeResponse(response: RateLimitResponse, headBytes = 0): Buffer {
  writer.varint(responseTags.overallCode);
  writer.varint(codes[response.overallCode]);
  for (const status of response.statuses) writeStatus(status);
  for (const { key, value } of response.responseHeadersToAdd)
    writeEntry(writer, responseTags.headersToAdd, key, value);
  if (response.dynamicMetadata !== undefined) {
    writer.varint(responseTags.dynamicMetadata);
    const start = writer.open();
    writeStruct(writer, response.dynamicMetadata);
    writer.close(start);
  }
  return writer.take(headBytes);
}

function writeStatus({
  code,
  currentLimit,
  limitRemaining,
  durationUntilResetSeconds,
}: DescriptorStatus): void {
  writer.varint(responseTags.statuses);
  const start = writer.open();
  writer.varint(statusTags.code);
  writer.varint(codes[code]);
  if (currentLimit !== undefined) writeLimit(currentLimit);
  if (limitRemaining > 0) {
    writer.varint(statusTags.limitRemaining);
    writer.varint(limitRemaining);
  }
  if (durationUntilResetSeconds !== undefined) {
    writer.varint(statusTags.durationUntilReset);
    const duration = writer.open();
    writer.varint(secondsTag);
    writer.varint(durationUntilResetSeconds);
    writer.close(duration);
  }
  writer.close(start);
}

function writeLimit({ requestsPerUnit, unit, name }: NonNullable<DescriptorStatus['currentLimit']>): void {
  writer.varint(statusTags.currentLimit);
  const start = writer.open();
  if (requestsPerUnit > 0) {
    writer.varint(limitTags.requestsPerUnit);
    writer.varint(requestsPerUnit);
  }
  writer.varint(limitTags.unit);
  writer.varint(unitNumbers[unit]);
  if (name !== '') {
    writer.varint(limitTags.name);
    writer.text(name);
  }
  writer.close(start);
}

export function decodeResponse(bytes: Uint8Array): RateLimitResponse {
  const reader = new WireReader(bytes);
  const response: RateLimitResponse = { overallCode: 'OK', statuses: [], responseHeadersToAdd: [] };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === responseTags.overallCode) response.overallCode = readCode(reader);
    else if (tag === responseTags.statuses) response.statuses.push(readStatus(reader));
    else if (tag === responseTags.headersToAdd) response.responseHeadersToAdd.push(readEntry(reader));
    else reader.skip(tag);
  }
  return response;
}

function readCode(reader: WireReader): 'OK' | 'OVER_LIMIT' {
  return reader.int32() === codes.OVER_LIMIT ? 'OVER_LIMIT' : 'OK';
}

function readStatus(reader: WireReader): DescriptorStatus {
  const outer = reader.enter();
  const status: DescriptorStatus = { code: 'OK', limitRemaining: 0 };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === statusTags.code) status.code = readCode(reader);
    else if (tag === statusTags.currentLimit) status.currentLimit = readLimit(reader);
    else if (tag === statusTags.limitRemaining) status.limitRemaining = reader.uint32();
    else if (tag === statusTags.durationUntilReset) status.durationUntilResetSeconds = readSeconds(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return status;
}

function readLimit(reader: WireReader): NonNullable<DescriptorStatus['currentLimit']> {
  const outer = reader.enter();
  const limit: NonNullable<DescriptorStatus['currentLimit']> = {
    requestsPerUnit: 0,
    unit: 'second',
    name: '',
  };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === limitTags.requestsPerUnit) limit.requestsPerUnit = reader.uint32();
    else if (tag === limitTags.unit) limit.unit = unitOfNumber(reader.int32()) ?? 'second';
    else if (tag === limitTags.name) limit.name = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return limit;
}

function readSeconds(reader: WireReader): number {
  const outer = reader.enter();
  let seconds = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === secondsTag) seconds = reader.uint64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return seconds;
}
