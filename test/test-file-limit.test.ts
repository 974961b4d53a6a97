/** A test file that never ends by itself does not keep the whole run: see scripts/test-file-limit.mjs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

test('a file that goes on behind its last test is ended, named, and fails', () => {
  const limit = pathToFileURL(join(import.meta.dirname, '../scripts/test-file-limit.mjs'));
  const file = join(import.meta.dirname, 'support/endless.fixture.ts');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [`--import=${limit}`, '--test', file], {
    encoding: 'utf8',
    env: { ...env, TOLLGATE_TEST_FILE_MINUTES: '0.02' },
    timeout: 60_000,
  });
  assert.equal(status, 1);
  assert.match(stdout, /endless\.fixture\.ts: still running after 0\.02 minutes, ended/);
});
