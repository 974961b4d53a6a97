import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { virtualKey } from '../../core/resources/kinds/virtual-key.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { admit } from '../../core/resources/validate.ts';

function tollgate(...args: string[]) {
  const main = join(import.meta.dirname, '..', '..', 'main.ts');
  const node = ['--disable-warning=ExperimentalWarning', main, ...args];
  return spawnSync(process.execPath, node, { encoding: 'utf8' });
}

test('a manifest that the API admits, and a value that only standard error has', () => {
  const args = ['mike-laptop', '--owner', 'mike', '--label', 'team=platform', '--metadata', 'user_id=a=b'];
  const done = tollgate(
    'keys',
    'manifest',
    ...args,
    '--model',
    'claude-*',
    '--expires',
    '2027-01-01T00:00:00Z',
  );
  assert.equal(done.status, 0, done.stderr);
  const value = /tg_[0-9A-Za-z]{38}/.exec(done.stderr)![0];
  assert.ok(!done.stdout.includes(value));
  const object = parse(done.stdout) as KubeObject;
  const { strictErrors, causes } = admit(virtualKey, object);
  assert.deepEqual([...strictErrors, ...causes], []);
  assert.deepEqual(object['spec'], {
    owner: 'mike',
    metadata: { user_id: 'a=b' },
    keyHash: `sha256:${createHash('sha256').update(value).digest('hex')}`,
    display: `tg_…${value.slice(-4)}`,
    allowedModels: ['claude-*'],
    expiresAt: '2027-01-01T00:00:00Z',
  });
  assert.deepEqual(object.metadata.labels, { team: 'platform' });
});

test('what is written wrongly is named, and no key is made', () => {
  for (const [args, message] of [
    [['--label', 'team'], /name=value/],
    [['--expires', 'soon'], /a moment such as/],
  ] as const) {
    const done = tollgate('keys', 'manifest', 'x', ...args);
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, message);
    assert.doesNotMatch(done.stderr + done.stdout, /tg_[0-9A-Za-z]{38}/);
  }
});
