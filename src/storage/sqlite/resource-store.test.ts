import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import type { ResourceStore } from '../resource-store.ts';
import { openResourceStore } from './resource-store.ts';

const object = (kind: string, name: string, extra: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { namespace: 'a', name },
  ...extra,
});
const put = (store: ResourceStore, kind: string, name: string, extra?: Record<string, unknown>) =>
  store.commit([{ type: 'put', object: object(kind, name, extra) }]);

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tollgate-store-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const open = openResourceStore;

test('objects, deletions and the revision are there after a restart; older watches have expired', (t) => {
  const path = directory(t);
  const first = open(path);
  put(first, 'ConfigMap', 'one', { data: { a: '1' } });
  put(first, 'ConfigMap', 'two');
  first.commit([{ type: 'delete', ref: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'two' } }]);
  first.close();

  const second = open(path);
  t.after(() => second.close());
  assert.equal(second.revision(), 3);
  assert.deepEqual(
    second.list('', 'ConfigMap').map((o) => [o.metadata.name, o.metadata.resourceVersion]),
    [['one', '1']],
  );
  assert.equal(second.eventsSince(2), undefined);
  assert.deepEqual(second.eventsSince(3), []);
  assert.equal(put(second, 'ConfigMap', 'three')[0]!.revision, 4);
});

test('a Secret is never on disk in clear, in any file, not even in its annotations', (t) => {
  const path = directory(t);
  const store = open(path);
  put(store, 'Secret', 'one', { data: { key: 'c2stbWlrZS1rZXk=' }, note: 'sk-mike-key' });
  for (const file of ['resources.db', 'resources.db-wal']) {
    const bytes = readFileSync(join(path, file), 'latin1');
    assert.ok(!bytes.includes('sk-mike-key') && !bytes.includes('c2stbWlrZS1rZXk'), file);
  }
  store.close();
  const again = open(path);
  assert.deepEqual(again.list('', 'Secret')[0]!['data'], { key: 'c2stbWlrZS1rZXk=' });
  again.close();
  assert.equal(statSync(join(path, 'encryption.key')).mode & 0o777, 0o600);
});

test('a key that is corrupt, another one, or gone stops the start and says what to do', (t) => {
  const path = directory(t);
  const store = open(path);
  put(store, 'Secret', 'one');
  store.close();
  const key = join(path, 'encryption.key');
  writeFileSync(key, 'garbage');
  assert.throws(() => open(path), /is not an encryption key/);
  writeFileSync(key, `${'ab'.repeat(32)}\n`);
  assert.throws(() => open(path), /is not the key that the Secrets/);
  rmSync(key);
  assert.throws(() => open(path), /is missing, and the Secrets/);
});

test('a database of a newer version and one that another process holds are refused', (t) => {
  const path = directory(t);
  const store = open(path);
  assert.throws(() => open(path), /in use by another process/);
  store.close();
  const raw = new DatabaseSync(join(path, 'resources.db'));
  raw.exec('PRAGMA user_version = 99');
  raw.close();
  assert.throws(() => open(path), /newer version \(schema 99/);
});

test('a Secret moved to another name in the database does not open', (t) => {
  const path = directory(t);
  const store = open(path);
  put(store, 'Secret', 'one');
  store.close();
  const raw = new DatabaseSync(join(path, 'resources.db'));
  raw.exec("UPDATE object SET name = 'two'");
  raw.close();
  assert.throws(() => open(path));
});

test('every commit that was reported is there after kill -9', async (t) => {
  const path = directory(t);
  const fixture = new URL('./resource-store.fixture.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [fixture, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.length > 4000) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
  const [revision, name, value] = output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1)!.split(' ');
  const store = open(path);
  t.after(() => store.close());
  assert.ok(store.revision() >= Number(revision));
  const found = store.get({ group: '', kind: 'Secret', namespace: 'a', name: name! });
  assert.ok(Number((found!['data'] as { n: string }).n) >= Number(value));
});
