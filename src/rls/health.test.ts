import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { Health } from './health.ts';
import { startRateLimitServer } from './server.ts';
import { serviceFixture } from './service.fixture.ts';

const request = (service: string) => Buffer.from([0x0a, service.length, ...Buffer.from(service)]);
const status = (bytes: Buffer) => bytes[1];

test('Check and Watch as grpc-js sees them: the server always, the service while it is ready', async (t) => {
  let ready = false;
  const health = new Health(() => ready);
  const server = await startRateLimitServer({
    service: serviceFixture('domain: d'),
    host: '127.0.0.1',
    port: 0,
    health,
  });
  const Client = grpc.makeGenericClientConstructor({}, 'x');
  const client = new Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  t.after(() => client.close());
  const identity = (bytes: Buffer) => bytes;
  const check = (service: string) =>
    new Promise<number | undefined>((resolve, reject) =>
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', request, status, service, (error, value) =>
        error ? reject(error) : resolve(value),
      ),
    );
  assert.equal(await check(''), 1);
  assert.equal(await check('ratelimit'), 2);
  await assert.rejects(check('other'), { code: grpc.status.NOT_FOUND });
  const watched: (number | undefined)[] = [];
  const watch = client.makeServerStreamRequest(
    '/grpc.health.v1.Health/Watch',
    request,
    identity,
    'ratelimit',
  );
  const next = () =>
    new Promise<void>((resolve) =>
      watch.once('data', (bytes: Buffer) => {
        watched.push(status(bytes));
        resolve();
      }),
    );
  const ended = new Promise<void>((resolve) => watch.on('error', () => resolve()));
  await next();
  ready = true;
  const changed = next();
  health.changed();
  await changed;
  assert.equal(await check('ratelimit'), 1);
  const stopped = next();
  const closing = server.close();
  await stopped;
  assert.deepEqual(watched, [2, 1, 2]);
  await closing;
  await ended;
});

test('a watch of an unknown service says so instead of failing', async (t) => {
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
  const watch = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', request, status, 'other');
  watch.on('error', () => {});
  assert.equal(await new Promise((resolve) => watch.once('data', resolve)), 3);
  watch.cancel();
});
