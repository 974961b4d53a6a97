import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminToken, startAdminServer } from './server.ts';

test('the admin API asks for its token, refuses foreign hosts, and resets what is named', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-admin-'));
  const values = [{ key: 'd_u_mike_', windowStart: 0, windowSeconds: 60, value: 5 }];
  const counters = {
    add: () => [],
    list: () => values,
    reset: (prefix: string) => (prefix === 'd_' ? 1 : 0),
  };
  const logged: object[] = [];
  const log = { info: (fields: object) => void logged.push(fields) };
  const server = await startAdminServer({ host: '127.0.0.1', port: 0, dataDir, counters, log });
  t.after(() => {
    server.close();
    rmSync(dataDir, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const call = (path: string, init: RequestInit = {}, token = adminToken(dataDir)) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  assert.equal(statSync(join(dataDir, 'admin-token')).mode & 0o777, 0o600);
  assert.equal((await call('/api/v1/counters', {}, 'wrong')).status, 401);
  assert.deepEqual(await (await call('/api/v1/counters?prefix=d_')).json(), { counters: values });
  assert.equal((await call('/api/v1/counters', { method: 'DELETE' })).status, 400);
  assert.deepEqual(await (await call('/api/v1/counters?prefix=d_', { method: 'DELETE' })).json(), {
    reset: 1,
  });
  assert.deepEqual(logged, [{ prefix: 'd_', reset: 1 }]);
  assert.equal((await call('/nope')).status, 404);
  const foreign = await new Promise<number | undefined>((resolve) => {
    httpRequest({ port, host: '127.0.0.1', headers: { host: 'evil.example' } }, (answer) =>
      resolve(answer.statusCode),
    ).end();
  });
  assert.equal(foreign, 403);
});
