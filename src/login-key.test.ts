import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loginKey } from './login-key.ts';

test('gateways with one key of Secrets have one for logins, which is another; without, each has its own', () => {
  const [one, two] = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'login-key-'))) as [string, string];
  const secret = 'ab'.repeat(32);
  writeFileSync(join(one, 'encryption.key'), secret);
  const shared = { TOLLGATE_ENCRYPTION_KEY_FILE: join(one, 'encryption.key') };
  const key = loginKey(one, {});
  assert.equal(key.length, 32);
  assert.deepEqual(loginKey(two, shared), key);
  assert.notEqual(Buffer.from(key).toString('hex'), secret);
  assert.notDeepEqual(loginKey(two, {}), loginKey(two, {}));
});
