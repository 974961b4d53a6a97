/** `scripts/test-servers.mjs`: servers that tests need are installed where that is possible, else it is said that tests are skipped. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { root } from './support/gateway.ts';

/** A machine whose programs are those in `directory` alone: no Redis. */
function machine(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-servers-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

function ensure(directory: string, env: Record<string, string> = {}) {
  const done = spawnSync(process.execPath, [join(root, 'scripts/test-servers.mjs')], {
    env: { PATH: directory, ...env },
    encoding: 'utf8',
  });
  return { code: done.status, said: done.stdout };
}

test('what cannot be installed is said to be skipped, with the reason and what to do by hand', (t) => {
  const directory = machine(t);
  const off = ensure(directory, { TOLLGATE_TEST_INSTALL: '0' });
  assert.equal(off.code, 1);
  assert.match(
    off.said,
    /^SKIPPED: tests that need Redis: it is not installed \(TOLLGATE_TEST_INSTALL is 0; by hand: apt-get install redis-server\)$/m,
  );
  const reason = process.getuid?.() === 0 ? 'there is no apt-get' : 'this is not root';
  assert.ok(ensure(directory).said.includes(`Redis: it is not installed (${reason};`));
});

test('root on a machine with apt installs it, without asking', {
  skip: process.getuid?.() === 0 ? false : 'only root installs',
}, (t) => {
  const directory = machine(t);
  const log = join(directory, 'calls');
  writeFileSync(
    join(directory, 'apt-get'),
    `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> ${log}\ncase "$*" in *install*redis-server) : > ${join(directory, 'redis-server')};; esac\n`,
  );
  chmodSync(join(directory, 'apt-get'), 0o755);
  const done = ensure(directory);
  const calls = readFileSync(log, 'utf8');
  assert.match(calls, /^noninteractive update/);
  assert.match(calls, /^noninteractive install -y .*redis-server$/m);
  assert.ok(existsSync(join(directory, 'redis-server')));
  assert.doesNotMatch(done.said, /SKIPPED: tests that need Redis/);
});
