import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { openSqliteLedger } from '../storage/sqlite/ledger.ts';
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
  const ledger = openSqliteLedger(join(dataDir, 'ledger.db'));
  const server = await startAdminServer({ host: '127.0.0.1', port: 0, dataDir, counters, ledger, log });
  t.after(() => {
    server.close();
    ledger.close();
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

test('usage and calls out of the ledger; a wrong parameter is named', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-admin-'));
  const ledger = openSqliteLedger(join(dataDir, 'ledger.db'));
  const records = [1, 2, 3].map((n) => ledgerRecord(n));
  ledger.append(records, []);
  const counters = { add: () => [], list: () => [], reset: () => 0 };
  const log = { info: () => undefined };
  const server = await startAdminServer({ host: '127.0.0.1', port: 0, dataDir, counters, ledger, log });
  t.after(() => {
    server.close();
    ledger.close();
    rmSync(dataDir, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const get = async (path: string) => {
    const authorization = `Bearer ${adminToken(dataDir)}`;
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { headers: { authorization } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const usage = await get('usage?groupBy=user,label:team&bucket=day&timeZone=UTC&from=2026-11-25T00:00:00Z');
  const rows = usage.body['rows'] as Record<string, unknown>[];
  assert.equal(rows.length, 1);
  assert.deepEqual(rows[0]!['group'], { user: 'mike', 'label:team': 'platform' });
  assert.equal(rows[0]!['bucketStart'], '2026-11-25T00:00:00.000Z');
  assert.equal(rows[0]!['tokens'], 360);
  assert.equal((usage.body['total'] as { costNano: number }).costNano, 3 * 1_320_000);
  const csv = await fetch(`http://127.0.0.1:${port}/api/v1/usage?groupBy=user&bucket=day&format=csv`, {
    headers: { authorization: `Bearer ${adminToken(dataDir)}` },
  });
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.match(
    await csv.text(),
    /^user,bucketStart,requests,.*,costUsd\r\nmike,2026-11-25T00:00:00\.000Z,3,.*,0\.003960000\r\n$/,
  );
  const calls = await get('calls?limit=2&label.team=platform');
  assert.deepEqual(calls.body, { items: [records[2], records[1]], next: records[1]!.id });
  assert.deepEqual(await get('usage?user=nobody').then(({ body }) => body['rows']), []);
  for (const [query, message] of [
    ['usage?groupBy=colour', /^groupBy: "colour" is none of/],
    ['usage?bucket=year', /^bucket: one of/],
    ['usage?timeZone=Mars', /^timeZone: "Mars"/],
    ['calls?limit=0', /^limit: /],
    ['calls?from=yesterday', /^from: /],
  ] as const) {
    const { status, body } = await get(query);
    assert.equal(status, 400);
    assert.match((body['error'] as { message: string }).message, message);
  }
});
