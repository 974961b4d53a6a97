import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openResources } from './open-registry.ts';
import { ShutdownStack } from './shutdown-stack.ts';
import { noPostgres, startPostgres } from './storage/postgres/postgres-server.fixture.ts';
import { openResourceStore } from './storage/sqlite/resource-store.ts';

const namespace = 'team';
const keys = 1_200;

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tollgate-first-start-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function fill(dataDir: string): void {
  const store = openResourceStore(dataDir);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 's' },
    data: { a: 'c2Vj' },
  };
  const objects = Array.from({ length: keys }, (_, n) => ({
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { namespace, name: `k${n}`, uid: `uid-${n}` },
    spec: { keyHash: `sha256:${String(n).padStart(64, '0')}` },
  }));
  store.commit([secret, ...objects].map((object) => ({ type: 'put', object })));
  store.close();
}

test('what was in the data directory goes with the first gateway to Postgres, and every other gateway has it', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const first = directory(t);
  fill(first);
  const env = {
    TOLLGATE_POSTGRES_URL: await server.createDatabase(),
    TOLLGATE_ENCRYPTION_KEY_FILE: join(first, 'encryption.key'),
  };
  for (const dataDir of [first, directory(t), first]) {
    const said: string[] = [];
    const say = (_: object, message: string) => said.push(message);
    const stack = new ShutdownStack();
    const { registry } = await openResources(
      { cluster: false, dataDir },
      env,
      { info: say, warn: say, error: say },
      stack,
    );
    const { store } = registry!;
    assert.equal(store.list('tollgate.dev', 'VirtualKey').length, keys);
    assert.equal(store.keys!.byHash('7'.padStart(64, '0'))?.metadata.name, 'k7');
    const secret = store.get({ group: '', kind: 'Secret', namespace, name: 's' });
    assert.deepEqual(secret?.['data'], { a: 'c2Vj' });
    const isFirst = said.includes('resources are copied from the data directory to Postgres');
    assert.equal(isFirst, dataDir === first && store.revision() < keys + 20 && said.length > 0);
    await stack.close();
  }
});
