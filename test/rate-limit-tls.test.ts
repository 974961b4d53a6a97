import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';
import { encodeRequest } from '../src/rls/request-codec.ts';
import { decodeResponse } from '../src/rls/response-codec.ts';
import { startRateLimitServer } from '../src/rls/server.ts';
import { serviceFixture } from '../src/rls/service.fixture.ts';
import { openRedisCounters } from '../src/storage/redis/counter-store.ts';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { createAuthority } from './support/certificates.ts';
import { removeDirectory, temporaryDirectory } from './support/gateway.ts';

const request: RateLimitRequest = { domain: 'd', descriptors: [{ entries: [{ key: 'u', value: 'm' }] }] };

function ask(port: number, credentials: grpc.ChannelCredentials): Promise<string> {
  const Client = grpc.makeGenericClientConstructor({}, 'x');
  const client = new Client(`localhost:${port}`, credentials);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit',
      (value: RateLimitRequest) => Buffer.from(encodeRequest(value)),
      (bytes: Buffer) => decodeResponse(bytes),
      request,
      (error, value) => {
        client.close();
        resolve(error === null ? value!.overallCode : grpc.status[error.code]!);
      },
    );
  });
}

test('TLS and mTLS, as grpc-js sees them', async (t) => {
  const [ours, theirs] = await Promise.all([createAuthority('ours'), createAuthority('theirs')]);
  const [server, client, stranger] = await Promise.all([ours.issue(), ours.issue(), theirs.issue()]);
  const service = serviceFixture('domain: d');
  const start = async (tls: { cert: string; key: string; clientCa?: string }) => {
    const running = await startRateLimitServer({ service, host: '127.0.0.1', port: 0, tls });
    t.after(() => running.close());
    return running.port;
  };
  const ca = Buffer.from(ours.ca);
  const withCertificate = ({ cert, key }: { cert: string; key: string }) =>
    grpc.credentials.createSsl(ca, Buffer.from(key), Buffer.from(cert));

  const tls = await start(server);
  assert.equal(await ask(tls, grpc.credentials.createSsl(ca)), 'OK');
  assert.equal(await ask(tls, grpc.credentials.createSsl(Buffer.from(theirs.ca))), 'UNAVAILABLE');
  assert.equal(await ask(tls, grpc.credentials.createInsecure()), 'UNAVAILABLE');

  const mutual = await start({ ...server, clientCa: ours.ca });
  assert.equal(await ask(mutual, withCertificate(client)), 'OK');
  assert.equal(await ask(mutual, grpc.credentials.createSsl(ca)), 'UNAVAILABLE');
  assert.equal(await ask(mutual, withCertificate(stranger)), 'UNAVAILABLE');
  assert.equal(await ask(mutual, withCertificate(client)), 'OK');
});

test('counters in a Redis behind TLS; another authority is refused', { skip: noRedis }, async (t) => {
  const authority = await createAuthority('redis');
  const { cert, key } = await authority.issue();
  const directory = temporaryDirectory();
  const path = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const args = ['--tls-cert-file', path('cert.pem', cert), '--tls-key-file', path('key.pem', key)];
  const redis = await startRedis({
    tls: true,
    args: [...args, '--tls-ca-cert-file', path('ca.pem', authority.ca), '--tls-auth-clients', 'no'],
  });
  t.after(async () => {
    await redis.stop();
    removeDirectory(directory);
  });
  const add = async (ca: string) => {
    const store = openRedisCounters({
      url: redis.url,
      ca,
      timeoutMs: 2_000,
      nowMs: Date.now,
      random: () => 0,
    });
    try {
      return await store.add([{ key: 'k_', windowStart: 0, windowSeconds: 60, add: 2 }]);
    } finally {
      store.close();
    }
  };
  assert.match(redis.url, /^rediss:/);
  assert.deepEqual(await add(authority.ca), [2]);
  await assert.rejects(add((await createAuthority('other')).ca), /certificate|signature/);
});
