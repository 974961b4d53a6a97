import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { rawGet, startTestAdmin } from './admin-api.fixture.ts';

test('asks for its token, refuses foreign hosts and pages, and resets what is named', async (t) => {
  const admin = await startTestAdmin(t);
  const value = { key: 'd_u_mike_', windowStart: 0, windowSeconds: 60, value: 5 };
  admin.counters.push(value);
  assert.equal((await admin.call('GET', '/counters', undefined, {})).status, 401);
  assert.equal(
    (await admin.call('GET', '/counters', undefined, { authorization: 'Bearer wrong' })).status,
    401,
  );
  assert.deepEqual((await admin.call('GET', '/counters?prefix=d_')).body, { counters: [value] });
  const unnamed = await admin.call('DELETE', '/counters');
  assert.equal(unnamed.status, 400);
  assert.equal(unnamed.body.error.field, 'prefix');
  assert.deepEqual((await admin.call('DELETE', '/counters?prefix=d_')).body, { reset: 1 });
  const [line] = admin.logged.filter(({ audit }) => audit);
  assert.deepEqual(line, {
    audit: true,
    who: 'admin (bearer)',
    action: 'counters.reset',
    object: 'd_',
    reset: 1,
    message: 'admin API',
  });
  assert.match((await admin.call('GET', '/nope')).body.error.message, /^no such path: \/nope/);
  const wrongMethod = await admin.call('PUT', '/counters', {});
  assert.equal(wrongMethod.status, 405);
  assert.equal(wrongMethod.headers.get('allow'), 'GET, DELETE');
  assert.equal((await rawGet(admin.url, '/', { host: 'evil.example' })).status, 403);
  assert.equal((await rawGet(admin.url, '/api/v1/session', { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await rawGet(admin.url, '//')).status, 400);
  assert.equal((await rawGet(admin.url, '/api/v1/%E0%A4%A')).status, 404);
});

test('usage and calls out of the ledger; a wrong parameter is named', async (t) => {
  const admin = await startTestAdmin(t);
  const records = [1, 2, 3].map((n) => ledgerRecord(n));
  admin.ledger.append(records, []);
  const usage = await admin.call(
    'GET',
    '/usage?groupBy=user,label:team&bucket=day&timeZone=UTC&from=2026-11-25T00:00:00Z',
  );
  assert.equal(usage.body.rows.length, 1);
  const [row] = usage.body.rows;
  assert.deepEqual(row.group, { user: 'mike', 'label:team': 'platform' });
  assert.equal(row.bucketStart, '2026-11-25T00:00:00.000Z');
  assert.equal(row.tokens, 360);
  assert.equal(usage.body.total.costNano, 3 * 1_320_000);
  const csv = await admin.call('GET', '/usage?groupBy=user&bucket=day&format=csv');
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.match(
    csv.body,
    /^user,bucketStart,requests,.*,costUsd\r\nmike,2026-11-25T00:00:00\.000Z,3,.*,0\.003960000\r\n$/,
  );
  const calls = await admin.call('GET', '/calls?limit=2&label.team=platform');
  assert.deepEqual(calls.body, { items: [records[2], records[1]], next: records[1]!.id });
  assert.deepEqual((await admin.call('GET', '/usage?user=nobody')).body.rows, []);
  assert.deepEqual((await admin.call('GET', `/calls/${records[0]!.id}`)).body, records[0]);
  assert.equal((await admin.call('GET', '/calls/none')).status, 404);
  for (const [query, field] of [
    ['usage?groupBy=colour', 'groupBy'],
    ['usage?bucket=year', 'bucket'],
    ['usage?timeZone=Mars', 'timeZone'],
    ['calls?limit=0', 'limit'],
    ['calls?limit=many', 'limit'],
    ['calls?from=yesterday', 'from'],
    ['calls?outcome=<b>', 'outcome'],
  ] as const) {
    const { status, body } = await admin.call('GET', `/${query}`);
    assert.equal(status, 400, query);
    assert.equal(body.error.field, field);
  }
});

test('without a ledger, reports say so and keys are still served', async (t) => {
  const admin = await startTestAdmin(t, { ledger: false });
  assert.equal((await admin.call('GET', '/usage')).status, 503);
  assert.equal((await admin.call('GET', '/calls')).body.error.code, 'no_ledger');
  assert.equal((await admin.call('GET', '/keys')).status, 200);
});

test('every answer carries the security headers and is never cached', async (t) => {
  const admin = await startTestAdmin(t);
  for (const path of ['/', '/nope', '/api/v1/keys', '/api/v1/nope']) {
    const { headers } = await rawGet(admin.url, path, { authorization: `Bearer ${admin.token}` });
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(String(headers['content-security-policy']), /default-src 'none'; frame-ancestors 'none'/);
    assert.match(String(headers['cache-control']), path === '/' ? /no-cache/ : /no-store/);
  }
});
