import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { decodeRequest, encodeRequest } from './request-codec.ts';
import { encodeResponse } from './response-codec.ts';
import { startRateLimitServer } from './server.ts';
import { serviceFixture } from './service.fixture.ts';

/** The fields of a message by number, length-delimited ones as bytes. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const fields = new Map<number, Uint8Array[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited)
      fields.set(field, [...(fields.get(field) ?? []), reader.bytes()]);
    else reader.skip(wireType, field);
  }
  return fields;
}
const ask = (field: number, text: string) =>
  Buffer.from(new BinaryWriter().tag(field, WireType.LengthDelimited).string(text).finish());
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test('grpc-js sees services, files by symbol and by name, and errors for the rest, on one stream', async (t) => {
  const server = await startRateLimitServer({
    service: serviceFixture('domain: d'),
    host: '127.0.0.1',
    port: 0,
  });
  const Client = grpc.makeGenericClientConstructor({}, 'x');
  const client = new Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  t.after(async () => {
    client.close();
    await server.close();
  });
  for (const version of ['v1', 'v1alpha']) {
    const identity = (bytes: Buffer) => bytes;
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const stream = client.makeBidiStreamRequest(path, identity, identity);
    const answers = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const answer = async (question: Buffer) => {
      stream.write(question);
      return fieldsOf((await answers.next()).value as Buffer);
    };
    const services = fieldsOf((await answer(ask(7, ''))).get(6)![0]!).get(1)!;
    assert.deepEqual(
      services.map((one) => text(fieldsOf(one).get(1)![0]!)),
      ['envoy.service.ratelimit.v3.RateLimitService', 'grpc.health.v1.Health'],
    );
    for (const question of [
      ask(4, 'envoy.service.ratelimit.v3.RateLimitService'),
      ask(4, 'envoy.service.ratelimit.v3.RateLimitResponse.RateLimit.Unit'),
      ask(3, 'envoy/service/ratelimit/v3/rls.proto'),
    ]) {
      const files = fieldsOf((await answer(question)).get(4)![0]!).get(1)!;
      const names = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
      assert.equal(names[0], 'envoy/service/ratelimit/v3/rls.proto');
      assert.equal(names.length, 7);
      checkMessages(files);
    }
    const unknown = fieldsOf((await answer(ask(4, 'no.such.Thing'))).get(7)![0]!);
    assert.match(text(unknown.get(2)![0]!), /no\.such\.Thing is not known/);
    assert.ok((await answer(ask(5, 'x'))).has(7));
    stream.end();
    assert.equal((await answers.next()).done, true);
  }
});

/** What the reflected descriptors read must be what our codec writes. */
function checkMessages(files: Uint8Array[]): void {
  const set = create(FileDescriptorSetSchema, {
    file: files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)).reverse(),
  });
  const registry = createFileRegistry(set);
  const message = (name: string): DescMessage => registry.getMessage(`envoy.service.ratelimit.v3.${name}`)!;
  const request = {
    domain: 'd',
    hitsAddend: 3,
    descriptors: [
      {
        entries: [{ key: 'k', value: 'v' }],
        limitOverride: { requestsPerUnit: 5, unit: 'week' as const },
        hitsAddend: 7,
        isNegativeHits: true,
      },
    ],
  };
  const requestSchema = message('RateLimitRequest');
  const read = fromBinary(requestSchema, encodeRequest(request));
  assert.deepEqual(toJson(requestSchema, read), {
    domain: 'd',
    hitsAddend: 3,
    descriptors: [
      {
        entries: [{ key: 'k', value: 'v' }],
        limit: { requestsPerUnit: 5, unit: 'WEEK' },
        hitsAddend: '7',
        isNegativeHits: true,
      },
    ],
  });
  assert.deepEqual(decodeRequest(toBinary(requestSchema, read)), request);
  const responseSchema = message('RateLimitResponse');
  const response = encodeResponse({
    overallCode: 'OVER_LIMIT',
    statuses: [
      {
        code: 'OK',
        currentLimit: { requestsPerUnit: 2, unit: 'month', name: 'n' },
        limitRemaining: 1,
        durationUntilResetSeconds: 9,
      },
    ],
    responseHeadersToAdd: [{ key: 'k', value: 'v' }],
    dynamicMetadata: { domain: 'd', list: [1] },
  });
  assert.deepEqual(toJson(responseSchema, fromBinary(responseSchema, response), { registry }), {
    overallCode: 'OVER_LIMIT',
    statuses: [
      {
        code: 'OK',
        currentLimit: { requestsPerUnit: 2, unit: 'MONTH', name: 'n' },
        limitRemaining: 1,
        durationUntilReset: '9s',
      },
    ],
    responseHeadersToAdd: [{ key: 'k', value: 'v' }],
    dynamicMetadata: { domain: 'd', list: [1] },
  });
}
