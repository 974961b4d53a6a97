import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rawGet, startTestAdmin } from './admin-api.fixture.ts';

const longScript = 'console.log(1);'.repeat(1_000);

async function startWithConsole(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ui-'));
  const uiDir = join(directory, 'dist');
  mkdirSync(join(uiDir, 'assets'), { recursive: true });
  writeFileSync(join(directory, 'secret.txt'), 'not for you');
  writeFileSync(
    join(uiDir, 'index.html'),
    '<script nonce="__CSP_NONCE__"></script><meta content="__CSP_NONCE__">',
  );
  writeFileSync(join(uiDir, 'assets', 'main-abc.js'), 'console.log(1)');
  writeFileSync(join(uiDir, 'assets', 'long-abc.js'), longScript);
  writeFileSync(join(uiDir, 'favicon.svg'), '<svg/>');
  writeFileSync(join(uiDir, '.env'), 'hidden');
  symlinkSync(join(directory, 'secret.txt'), join(uiDir, 'link.txt'));
  t.after(() => rmSync(directory, { recursive: true }));
  return startTestAdmin(t, { uiDir });
}

test('the start page has a nonce of its own each time, for every page of the console', async (t) => {
  const { url } = await startWithConsole(t);
  const nonces = new Set<string>();
  for (const path of ['/', '/index.html', '/keys', '/keys/ns/name?x=1', '/?login=code']) {
    const { status, headers, text } = await rawGet(url, path);
    assert.equal(status, 200, path);
    const csp = String(headers['content-security-policy']);
    const nonce = /'nonce-([\w-]+)'/.exec(csp)![1]!;
    assert.equal(
      csp,
      `default-src 'self'; style-src 'self' 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
    );
    assert.equal(text, `<script nonce="${nonce}"></script><meta content="${nonce}">`);
    assert.equal(headers['cache-control'], 'no-cache');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    nonces.add(nonce);
  }
  assert.equal(nonces.size, 5);
});

test('hashed files are kept for a year, others asked for again', async (t) => {
  const { url } = await startWithConsole(t);
  const script = await rawGet(url, '/assets/main-abc.js');
  assert.equal(script.text, 'console.log(1)');
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable');
  const icon = await rawGet(url, '/favicon.svg');
  assert.equal(icon.headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.equal(icon.headers['cache-control'], 'no-cache');
  const head = await fetch(`${url}/favicon.svg`, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), '6');
  assert.equal((await fetch(`${url}/`, { method: 'POST' })).status, 405);
});

test('scripts and styles are compressed for whoever takes that', async (t) => {
  const { url } = await startWithConsole(t);
  const asked = (path: string, coding: string) =>
    rawGet(url, path, { 'accept-encoding': coding }).then(({ headers }) => headers);
  const long = '/assets/long-abc.js';
  for (const [coding, answer] of [
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1.0, gzip;q=0.8', 'gzip'],
    ['*', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['', undefined],
  ] as const) {
    const headers = await asked(long, coding);
    assert.equal(headers['content-encoding'], answer, coding);
    assert.equal(headers['vary'], 'accept-encoding');
    assert.equal(Number(headers['content-length']) < 1_000, answer === 'gzip');
  }
  assert.equal((await asked('/assets/main-abc.js', 'gzip'))['content-encoding'], undefined);
  assert.equal(await (await fetch(url + long)).text(), longScript);
});

test('nothing outside the directory is served, however it is asked for', async (t) => {
  const { url } = await startWithConsole(t);
  for (const path of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/link.txt',
    '/.env',
    '/assets/%00.js',
    '/assets/none.js',
    '//etc/passwd.txt',
    '/..%2f..%2fetc%2fpasswd',
    '/assets/',
    '/api/other',
    '/api',
  ]) {
    const { status, text } = await rawGet(url, path);
    assert.equal(status, 404, path);
    assert.ok(!text.includes('not for you') && !text.includes('hidden'), path);
  }
  for (const path of ['/%E0%A4%A', '/assets', '/keys/ns/..%2f..%2fsecret.txt', '/keys/ns/v1.2'])
    assert.match((await rawGet(url, path)).text, /^<script nonce=/, path);
});
