/** RateLimitRequest of `envoy.service.ratelimit.v3` on the wire, by field number (Envoy API v3: rls.proto, ratelimit.proto). */
import type { LimitUnit, RateLimitDescriptor, RateLimitRequest } from '../core/ratelimit/model.ts';
import { InvalidRequest, unitNumbers, unitOfNumber } from './unit-numbers.ts';
import { tagOf, WireReader, wire } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const requestTags = {
  domain: tagOf(1, wire.bytes),
  descriptors: tagOf(2, wire.bytes),
  hitsAddend: tagOf(3, wire.varint),
};
const descriptorTags = {
  entries: tagOf(1, wire.bytes),
  limit: tagOf(2, wire.bytes),
  hitsAddend: tagOf(3, wire.bytes),
  isNegativeHits: tagOf(4, wire.varint),
};
const entryTags = { key: tagOf(1, wire.bytes), value: tagOf(2, wire.bytes) };
const limitTags = { requestsPerUnit: tagOf(1, wire.varint), unit: tagOf(2, wire.varint) };
/** google.protobuf.UInt64Value. */
const wrappedTag = tagOf(1, wire.varint);

/** Unknown fields are skipped. Throws on bytes that are no message. */
export function decodeRequest(bytes: Uint8Array): RateLimitRequest {
  const reader = new WireReader(bytes);
  const request: RateLimitRequest = { domain: '', descriptors: [] };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === requestTags.domain) request.domain = reader.text();
    else if (tag === requestTags.descriptors) request.descriptors.push(readDescriptor(reader));
    else if (tag === requestTags.hitsAddend) request.hitsAddend = reader.uint32();
    else reader.skip(tag);
  }
  return request;
}

function readDescriptor(reader: WireReader): RateLimitDescriptor {
  const outer = reader.enter();
  const descriptor: RateLimitDescriptor = { entries: [] };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === descriptorTags.entries) descriptor.entries.push(readEntry(reader));
    else if (tag === descriptorTags.limit) descriptor.limitOverride = readOverride(reader);
    else if (tag === descriptorTags.hitsAddend) descriptor.hitsAddend = readWrapped(reader);
    else if (tag === descriptorTags.isNegativeHits) descriptor.isNegativeHits = reader.bool();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return descriptor;
}

/** Also HeaderValue of a response, whose fields have the same numbers. */
export function readEntry(reader: WireReader): { key: string; value: string } {
  const outer = reader.enter();
  let key = '';
  let value = '';
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === entryTags.key) key = reader.text();
    else if (tag === entryTags.value) value = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { key, value };
}

function readOverride(reader: WireReader): { requestsPerUnit: number; unit: LimitUnit } {
  const outer = reader.enter();
  let requestsPerUnit = 0;
  let number = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === limitTags.requestsPerUnit) requestsPerUnit = reader.uint32();
    else if (tag === limitTags.unit) number = reader.int32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  const unit = unitOfNumber(number);
  if (unit === undefined) throw new InvalidRequest(`the limit override has no unit of time (unit ${number})`);
  return { requestsPerUnit, unit };
}

function readWrapped(reader: WireReader): number {
  const outer = reader.enter();
  let value = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === wrappedTag) value = reader.uint64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (!Number.isSafeInteger(value)) throw new InvalidRequest('hits_addend is larger than 2^53');
  return value;
}

const writer = new WireWriter();

export function encodeRequest(request: RateLimitRequest): Uint8Array {
  writer.varint(requestTags.domain);
  writer.text(request.domain);
  for (const descriptor of request.descriptors) writeDescriptor(descriptor);
  if (request.hitsAddend !== undefined) {
    writer.varint(requestTags.hitsAddend);
    writer.varint(request.hitsAddend);
  }
  return writer.take();
}

function writeDescriptor({ entries, limitOverride, hitsAddend, isNegativeHits }: RateLimitDescriptor): void {
  writer.varint(requestTags.descriptors);
  const start = writer.open();
  for (const { key, value } of entries) writeEntry(writer, descriptorTags.entries, key, value);
  if (limitOverride !== undefined) {
    writer.varint(descriptorTags.limit);
    const limit = writer.open();
    writer.varint(limitTags.requestsPerUnit);
    writer.varint(limitOverride.requestsPerUnit);
    writer.varint(limitTags.unit);
    writer.varint(unitNumbers[limitOverride.unit]);
    writer.close(limit);
  }
  if (hitsAddend !== undefined) {
    writer.varint(descriptorTags.hitsAddend);
    const wrapped = writer.open();
    writer.varint(wrappedTag);
    writer.varint(hitsAddend);
    writer.close(wrapped);
  }
  if (isNegativeHits) {
    writer.varint(descriptorTags.isNegativeHits);
    writer.varint(1);
  }
  writer.close(start);
}

export function writeEntry(to: WireWriter, tag: number, key: string, value: string): void {
  to.varint(tag);
  const start = to.open();
  to.varint(entryTags.key);
  to.text(key);
  to.varint(entryTags.value);
  to.text(value);
  to.close(start);
}
