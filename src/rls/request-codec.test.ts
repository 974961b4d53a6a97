import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import type { RateLimitRequest } from '../core/ratelimit/model.ts';
import { reflectedFiles } from './proto-files.ts';
import { decodeRequest, encodeRequest } from './request-codec.ts';
import { InvalidRequest } from './unit-numbers.ts';
import { Malformed } from './wire-reader.ts';
import { InvalidUtf8 } from './wire-text.ts';

const files = reflectedFiles().toSorted((a, b) => a.dependency.length - b.dependency.length);
const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: files.map(({ bytes }) => fromBinary(FileDescriptorProtoSchema, bytes)),
  }),
);
const schema = registry.getMessage('envoy.service.ratelimit.v3.RateLimitRequest')!;

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const uint32 = fc.nat(0xffff_ffff);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const;
const request: fc.Arbitrary<RateLimitRequest> = fc.record({
  domain: text,
  descriptors: fc.array(
    fc.record({
      entries: fc.array(fc.record({ key: text, value: text })),
      limitOverride: optional(fc.record({ requestsPerUnit: uint32, unit: fc.constantFrom(...units) })),
      hitsAddend: optional(fc.maxSafeNat()),
      isNegativeHits: optional(fc.boolean()),
    }),
  ),
  hitsAddend: optional(uint32),
});

/** The request as protobuf's JSON. */
function jsonOf({ domain, descriptors, hitsAddend }: RateLimitRequest): JsonValue {
  return JSON.parse(
    JSON.stringify({
      domain,
      hitsAddend,
      descriptors: descriptors.map(({ entries, limitOverride: limit, hitsAddend, isNegativeHits }) => ({
        entries,
        limit: limit && { ...limit, unit: limit.unit.toUpperCase() },
        hitsAddend,
        isNegativeHits,
      })),
    }),
  ) as JsonValue;
}

/** Zero and absent are one on the wire, except in a wrapper. */
function plain(value: RateLimitRequest): unknown {
  return JSON.parse(
    JSON.stringify({
      ...value,
      hitsAddend: value.hitsAddend || undefined,
      descriptors: value.descriptors.map((one) => ({
        ...one,
        isNegativeHits: one.isNegativeHits || undefined,
      })),
    }),
  );
}

test('what protobuf-es writes is read, and what is written is read by protobuf-es', () => {
  fc.assert(
    fc.property(request, (value) => {
      const message = fromJson(schema, jsonOf(value));
      assert.deepEqual(plain(decodeRequest(toBinary(schema, message))), plain(value));
      assert.deepEqual(fromBinary(schema, encodeRequest(value)), message);
    }),
  );
});

test('any bytes are a request or an error that is answered', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(request, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const spoilt = Buffer.from(encodeRequest(value));
      if (spoilt.length > 0) spoilt[at % spoilt.length] = byte;
      return spoilt;
    }),
  );
  fc.assert(
    fc.property(bytes, (some) => {
      try {
        decodeRequest(some);
      } catch (error) {
        if (error instanceof Malformed || error instanceof InvalidUtf8) return;
        assert.ok(error instanceof InvalidRequest);
      }
    }),
    { numRuns: 2_000 },
  );
});
