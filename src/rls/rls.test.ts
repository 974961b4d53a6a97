/** Interop in both directions with grpc-js, and what must not harm the server. */
import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import {
  type RateLimitRequest,
  type RateLimitResponse,
  RateLimitUnavailable,
} from '../core/ratelimit/model.ts';
import { parseRateLimitConfig } from '../core/ratelimit/parse.ts';
import { createRateLimitClient } from './client.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './codec.ts';
import { startRateLimitServer } from './server.ts';
import { createEmbeddedRateLimitService } from './service.ts';

const yaml = `domain: d
descriptors:
- {key: u, value: mike, rate_limit: {unit: day, requests_per_unit: 2, name: mikes}}
- {key: w, rate_limit: {unit: week, requests_per_unit: 9}}
`;
const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
assert.ok(parsed.ok);

function embedded() {
  const counters = new Map<string, number>();
  return createEmbeddedRateLimitService({
    config: () => (parsed.ok ? parsed.config : undefined),
    nowSeconds: () => 100,
    counters: {
      add: (increments) =>
        increments.map(({ key, add }) => {
          counters.set(key, Math.max(0, (counters.get(key) ?? 0) + add));
          return counters.get(key)!;
        }),
      list: () => [],
      reset: () => 0,
    },
  });
}
const mike: RateLimitRequest = { domain: 'd', descriptors: [{ entries: [{ key: 'u', value: 'mike' }] }] };

test('requests and responses survive the wire', () => {
  const request: RateLimitRequest = {
    domain: 'd',
    hitsAddend: 3,
    descriptors: [
      {
        entries: [
          { key: 'a', value: 'é' },
          { key: 'b', value: '' },
        ],
        hitsAddend: 0,
      },
      {
        entries: [],
        limitOverride: { requestsPerUnit: 5, unit: 'month' },
        hitsAddend: 7,
        isNegativeHits: true,
      },
    ],
  };
  assert.deepEqual(decodeRequest(encodeRequest(request)), request);
  const response: RateLimitResponse = {
    overallCode: 'OVER_LIMIT',
    statuses: [
      {
        code: 'OVER_LIMIT',
        currentLimit: { requestsPerUnit: 2, unit: 'week', name: 'n' },
        limitRemaining: 0,
        durationUntilResetSeconds: 9,
      },
      { code: 'OK', limitRemaining: 4_294_967_295 },
    ],
    responseHeadersToAdd: [{ key: 'k', value: 'v' }],
  };
  assert.deepEqual(decodeResponse(encodeResponse(response)), response);
});

test('a grpc-js client is answered, with its errors', async (t) => {
  const server = await startRateLimitServer({ service: embedded(), host: '127.0.0.1', port: 0 });
  const Client = grpc.makeGenericClientConstructor({}, 'x');
  const client = new Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  t.after(async () => {
    client.close();
    await server.close();
  });
  const call = (request: RateLimitRequest, method = 'ShouldRateLimit') =>
    new Promise<RateLimitResponse>((resolve, reject) => {
      client.makeUnaryRequest(
        `/envoy.service.ratelimit.v3.RateLimitService/${method}`,
        (value: RateLimitRequest) => Buffer.from(encodeRequest(value)),
        (bytes: Buffer) => decodeResponse(bytes),
        request,
        (error: grpc.ServiceError | null, value?: RateLimitResponse) =>
          error ? reject(error) : resolve(value!),
      );
    });
  assert.equal((await call(mike)).statuses[0]!.limitRemaining, 1);
  assert.equal((await call(mike)).overallCode, 'OK');
  const over = await call(mike);
  assert.equal(over.overallCode, 'OVER_LIMIT');
  assert.equal(over.statuses[0]!.currentLimit!.name, 'mikes');
  assert.equal((await call({ domain: 'unknown', descriptors: mike.descriptors })).overallCode, 'OK');
  await assert.rejects(call({ domain: '', descriptors: [] }), {
    code: grpc.status.UNKNOWN,
    details: 'rate limit domain must not be empty',
  });
  await assert.rejects(call({ domain: 'd', descriptors: [] }), {
    details: 'rate limit descriptor list must not be empty',
  });
  await assert.rejects(call(mike, 'Nothing'), { code: grpc.status.UNIMPLEMENTED });
  const large = { domain: 'd', descriptors: [{ entries: [{ key: 'k', value: 'x'.repeat(5_000_000) }] }] };
  await assert.rejects(call(large), { code: grpc.status.RESOURCE_EXHAUSTED });
});

test('bytes that are no message, an override without a unit: an error, and the next call is served', async (t) => {
  const server = await startRateLimitServer({ service: embedded(), host: '127.0.0.1', port: 0 });
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  t.after(async () => {
    session.destroy();
    await server.close();
  });
  const send = (body: Buffer) =>
    new Promise<string>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit',
      });
      stream.on(
        'response',
        (headers) => headers['grpc-status'] !== undefined && resolve(String(headers['grpc-status'])),
      );
      stream.on('trailers', (headers) => resolve(String(headers['grpc-status'])));
      stream.on('error', reject);
      stream.resume();
      stream.end(body);
    });
  const framed = (bytes: number[]) => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);
  assert.equal(await send(framed([0xff, 0xff, 0xff])), '13');
  assert.equal(await send(framed([0x0a, 0x02, 0xc3, 0x28])), '13');
  assert.equal(await send(Buffer.from([1, 0, 0, 0, 0])), '12');
  assert.equal(await send(Buffer.from([0, 0])), '13');
  // domain "d", one descriptor with a limit of unit 0.
  assert.equal(await send(framed([0x0a, 0x01, 0x64, 0x12, 0x04, 0x12, 0x02, 0x08, 0x05])), '3');
  assert.equal(
    await send(Buffer.from([0, 0, 0, 0, encodeRequest(mike).length, ...encodeRequest(mike)])),
    '0',
  );
});

test('our client against a grpc-js server, and against nobody', async (t) => {
  const server = new grpc.Server();
  server.addService(
    {
      ShouldRateLimit: {
        path: '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit',
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: RateLimitRequest) => Buffer.from(encodeRequest(value)),
        requestDeserialize: (bytes: Buffer) => decodeRequest(bytes),
        responseSerialize: (value: RateLimitResponse) => Buffer.from(encodeResponse(value)),
        responseDeserialize: (bytes: Buffer) => decodeResponse(bytes),
      },
    },
    {
      ShouldRateLimit: (
        call: grpc.ServerUnaryCall<RateLimitRequest, RateLimitResponse>,
        done: grpc.sendUnaryData<RateLimitResponse>,
      ) => {
        if (call.request.domain === 'broken') return done({ code: grpc.status.INTERNAL, details: 'broken' });
        if (call.request.domain === 'silent') return;
        done(null, { overallCode: 'OVER_LIMIT', statuses: [], responseHeadersToAdd: [] });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = createRateLimitClient({ addresses: [`127.0.0.1:${port}`], tls: false, deadlineMs: 300 });
  t.after(() => {
    client.close();
    server.forceShutdown();
  });
  assert.equal((await client.shouldRateLimit(mike)).overallCode, 'OVER_LIMIT');
  await assert.rejects(
    async () => client.shouldRateLimit({ ...mike, domain: 'broken' }),
    RateLimitUnavailable,
  );
  await assert.rejects(
    async () => client.shouldRateLimit({ ...mike, domain: 'silent' }),
    /no answer within 300 ms/,
  );
  const nobody = createRateLimitClient({ addresses: ['127.0.0.1:9'], tls: false, deadlineMs: 300 });
  await assert.rejects(async () => nobody.shouldRateLimit(mike), RateLimitUnavailable);
});
