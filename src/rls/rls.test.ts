/** Interop in both directions with grpc-js, and what must not harm the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import {
  type RateLimitRequest,
  type RateLimitResponse,
  RateLimitUnavailable,
} from '../core/ratelimit/model.ts';
import { createRateLimitClient } from './client.ts';
import { decodeRequest, encodeRequest } from './request-codec.ts';
import { decodeResponse, encodeResponse } from './response-codec.ts';
import { startRateLimitServer } from './server.ts';
import { serviceFixture } from './service.fixture.ts';

const yaml = `domain: d
descriptors:
- {key: u, value: mike, rate_limit: {unit: day, requests_per_unit: 2, name: mikes}}
- {key: w, rate_limit: {unit: week, requests_per_unit: 9}}
`;
const embedded = () => serviceFixture(yaml);
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

test('our client goes on to another address when one is not there, and counts once', async (t) => {
  const server = await startRateLimitServer({ service: embedded(), host: '127.0.0.1', port: 0 });
  const addresses = ['127.0.0.1:9', `127.0.0.1:${server.port}`, '127.0.0.1:9'];
  const client = createRateLimitClient({ addresses, tls: false, deadlineMs: 2_000 });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const zoe = { domain: 'd', descriptors: [{ entries: [{ key: 'w', value: 'zoe' }] }] };
  const remaining: number[] = [];
  for (let n = 0; n < 6; n++) remaining.push((await client.shouldRateLimit(zoe)).statuses[0]!.limitRemaining);
  assert.deepEqual(remaining, [8, 7, 6, 5, 4, 3]);
});
