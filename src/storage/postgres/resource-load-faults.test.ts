/** Faults of Postgres while several gateways write resources all the time: each write happened whole, once, for all of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { ResourceStore } from '../resource-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { PostgresConnection } from './connection.ts';
import { noPostgres, signal, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { openPostgresResourceStore } from './resource-store.ts';
import { migratePostgresSchema } from './schema.ts';

const total = { group: '', kind: 'ConfigMap', namespace: 'a', name: 'total' };
const configMap = (name: string, n: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'a', name },
  data: { n: String(n) },
});
const totalOf = (store: ResourceStore) =>
  Number((store.get(total)?.['data'] as { n: string } | undefined)?.n ?? 0);
const marks = (store: ResourceStore) =>
  store
    .list('', 'ConfigMap')
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== total.name);

interface Writer {
  store: ResourceStore;
  /** Marks whose write was answered. */
  done: string[];
  unsure: number;
  end(): Promise<void>;
}

/** Each write adds one to what all share and leaves a mark of its own, both or none. */
function startWriter(name: string, store: ResourceStore): Writer {
  const writer: Writer = { store, done: [], unsure: 0, end: async () => {} };
  let running = true;
  const writing = (async () => {
    for (let n = 0; running; n++) {
      const mark = `${name}-${n}`;
      const fault: unknown = await Promise.resolve(
        store.write(() => {
          const next = configMap(total.name, totalOf(store) + 1);
          store.commit([
            { type: 'put', object: next },
            { type: 'put', object: configMap(mark, n) },
          ]);
        }),
      ).catch((error: unknown) => error);
      if (fault === undefined) writer.done.push(mark);
      else {
        assert.ok(fault instanceof StoreUnavailable, inspect(fault));
        writer.unsure++;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  })();
  writer.end = async () => {
    running = false;
    await writing;
  };
  return writer;
}

async function opener(t: TestContext, url: string) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-shared-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return async () => {
    const connection = new PostgresConnection({ url });
    await migratePostgresSchema(connection);
    const keyPath = join(directory, 'encryption.key');
    const store = await openPostgresResourceStore({
      ...{ connection, keyPath, pollMs: 20 },
      directory: mkdtempSync(join(directory, 'replica-')),
    });
    t.after(async () => {
      store.close();
      await connection.close();
    });
    return store;
  };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function loadTests(server: TestPostgres): void {
  const killers: [what: string, strike: (url: string) => Promise<void>][] = [
    [
      'the server is killed with kill -9 and started again',
      async () => {
        await server.crash();
        await server.start();
      },
    ],
    [
      'one of its processes is killed',
      async (url) => signal((await server.backends(url)).slice(0, 1), 'SIGKILL'),
    ],
    ['all lines are cut by the server', async (url) => signal(await server.backends(url), 'SIGTERM')],
  ];
  for (const [what, strike] of killers)
    test(`${what}: what was answered is there, nothing is half or double, all see the same`, async (t) => {
      const url = await server.createDatabase();
      const open = await opener(t, url);
      const writers = [startWriter('a', await open()), startWriter('b', await open())];
      for (let round = 1; round <= 3; round++) {
        const before = writers.map(({ done }) => done.length);
        await until(() => writers.every(({ done }, at) => done.length >= before[at]! + 15));
        const unsure = writers.map((writer) => writer.unsure);
        // None may have had a write under way just then.
        const met = () => writers.some((writer, at) => writer.unsure > unsure[at]!);
        for (let tries = 0; !met(); tries++) {
          assert.ok(tries < 20, 'it met no write');
          await strike(url);
          const later = performance.now() + 500;
          await until(() => met() || performance.now() > later);
        }
      }
      const after = writers.map(({ done }) => done.length);
      await until(() => writers.every(({ done }, at) => done.length > after[at]!));
      await Promise.all(writers.map((writer) => writer.end()));

      const fresh = await open();
      const there = new Set(marks(fresh));
      for (const { done } of writers) for (const mark of done) assert.ok(there.has(mark), mark);
      const answered = writers.reduce((sum, { done }) => sum + done.length, 0);
      const unsure = writers.reduce((sum, writer) => sum + writer.unsure, 0);
      assert.ok(there.size >= answered && there.size <= answered + unsure);
      assert.equal(totalOf(fresh), there.size);
      for (const { store } of writers) {
        await until(() => store.revision() === fresh.revision());
        assert.deepEqual([marks(store), totalOf(store)], [marks(fresh), totalOf(fresh)]);
      }
    });
}

if (noPostgres) test('resources in Postgres under load', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  loadTests(server);
}
