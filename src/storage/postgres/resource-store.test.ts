import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { ResourceEvent, ResourceStore } from '../resource-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { PostgresConnection } from './connection.ts';
import { startLink } from './faulty-link.fixture.ts';
import { Leadership } from './leadership.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { openPostgresResourceStore } from './resource-store.ts';
import { migratePostgresSchema } from './schema.ts';

const object = (kind: string, name: string, extra: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { namespace: 'a', name },
  ...extra,
});
const ref = (kind: string, name: string) => ({ group: '', kind, namespace: 'a', name });

/** Connections that share a key; each `open` is another replica. */
async function cluster(t: TestContext, url: string) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-shared-'));
  const keyPath = join(directory, 'encryption.key');
  t.after(() => rmSync(directory, { recursive: true }));
  const connect = async (at = url) => {
    const connection = new PostgresConnection({ url: at });
    await migratePostgresSchema(connection);
    t.after(() => connection.close());
    return connection;
  };
  return {
    directory,
    keyPath,
    connect,
    /** `pollMs`: a long time makes it a replica that has seen nothing yet. */
    open: async (pollMs = 5, at = url) => {
      const store = await openPostgresResourceStore({
        ...{ connection: await connect(at), keyPath, pollMs },
        directory: mkdtempSync(join(directory, 'replica-')),
      });
      t.after(() => store.close());
      return store;
    },
  };
}

/** Resolves with the first event that fits. */
function seen(store: ResourceStore, fits: (event: ResourceEvent) => boolean): Promise<ResourceEvent> {
  return new Promise((resolve) => {
    const stop = store.subscribe((events) => {
      const found = events.find(fits);
      if (found === undefined) return;
      stop();
      resolve(found);
    });
  });
}

const put = (store: ResourceStore, kind: string, name: string, extra?: Record<string, unknown>) =>
  store.write(() => store.commit([{ type: 'put', object: object(kind, name, extra) }]));
const names = (store: ResourceStore) => store.list('', 'ConfigMap').map(({ metadata }) => metadata.name);

function storeTests(server: TestPostgres): void {
  test('what one replica writes the others see, in order, with what was before', async (t) => {
    const { open } = await cluster(t, await server.createDatabase());
    const [a, b] = [await open(), await open()];
    const added = seen(b, ({ type }) => type === 'ADDED');
    await put(a, 'ConfigMap', 'one', { data: { v: '1' } });
    assert.deepEqual(names(a), ['one']);
    assert.deepEqual((await added).object['data'], { v: '1' });
    const changed = seen(a, ({ type }) => type === 'MODIFIED');
    await put(b, 'ConfigMap', 'one', { data: { v: '2' } });
    assert.deepEqual((await changed).previous?.['data'], { v: '1' });
    const gone = seen(b, ({ type }) => type === 'DELETED');
    await a.write(() => a.commit([{ type: 'delete', ref: ref('ConfigMap', 'one') }]));
    assert.equal((await gone).revision, 3);
    assert.deepEqual([a.revision(), b.revision(), names(b)], [3, 3, []]);
    assert.deepEqual(
      b.eventsSince(1)?.map(({ revision, type }) => [revision, type]),
      [
        [2, 'MODIFIED'],
        [3, 'DELETED'],
      ],
    );
    const c = await open();
    assert.deepEqual([c.revision(), c.eventsSince(2), c.eventsSince(3)], [3, undefined, []]);
  });

  test('an operation is one transaction: it sees its own drafts, nobody else does, and a refusal leaves nothing', async (t) => {
    const { open } = await cluster(t, await server.createDatabase());
    const a = await open();
    const writing = a.write(() => {
      a.commit([{ type: 'put', object: object('ConfigMap', 'b') }]);
      a.commit([{ type: 'put', object: object('ConfigMap', 'a') }]);
      a.commit([{ type: 'put', object: object('ConfigMap', 'b', { data: {} }) }]);
      assert.deepEqual(names(a), ['a', 'b']);
      return a.get(ref('ConfigMap', 'b'))?.metadata.resourceVersion;
    });
    assert.deepEqual(names(a), []);
    assert.equal(await writing, '3');
    assert.deepEqual(names(a), ['a', 'b']);
    await assert.rejects(
      a.write(() => {
        a.commit([{ type: 'delete', ref: ref('ConfigMap', 'a') }]);
        throw new Error('no');
      }),
      /^Error: no$/,
    );
    assert.deepEqual(names(await open()), ['a', 'b']);
    assert.throws(() => a.commit([]), /within `write`/);
  });

  test('writes of several replicas to one object: each is decided on what the others left', async (t) => {
    const { open } = await cluster(t, await server.createDatabase());
    const replicas = [await open(60_000), await open(60_000), await open(60_000)];
    const count = (store: ResourceStore) => Number(store.get(ref('ConfigMap', 'n'))?.['count'] ?? 0);
    const increments = replicas.flatMap((store) =>
      Array.from({ length: 40 }, () =>
        store.write(() =>
          store.commit([{ type: 'put', object: object('ConfigMap', 'n', { count: count(store) + 1 }) }]),
        ),
      ),
    );
    await Promise.all(increments);
    const fresh = await open();
    assert.deepEqual([count(fresh), fresh.revision()], [120, 120]);
  });

  test('a refusal is not because of what another replica has undone already', async (t) => {
    const { open } = await cluster(t, await server.createDatabase());
    const [a, late] = [await open(), await open(60_000)];
    await put(a, 'ConfigMap', 'one');
    const read = () => {
      if (late.get(ref('ConfigMap', 'one')) === undefined) throw new Error('not found');
      return 'found';
    };
    assert.equal(await late.write(read), 'found');
    await assert.rejects(
      late.write(() => {
        throw new Error('not found');
      }),
      /not found/,
    );
  });

  test('Secrets are sealed in the database; another key is refused', async (t) => {
    const { open, connect, directory, keyPath } = await cluster(t, await server.createDatabase());
    const a = await open();
    await put(a, 'Secret', 'one', { data: { key: 'c2stbWlrZS1rZXk=' }, note: 'sk-mike-key' });
    const connection = await connect();
    const [dump] = await connection.run((session) =>
      session.query(
        'SELECT (SELECT json_agg(r) FROM tollgate.resource r)::text || (SELECT json_agg(c) FROM tollgate.resource_change c)::text AS all',
      ),
    );
    assert.match(String(dump?.['all']), /"kind":"Secret"/);
    assert.doesNotMatch(String(dump?.['all']), /sk-mike-key|c2stbWlrZS1rZXk/);
    assert.deepEqual((await open()).get(ref('Secret', 'one'))?.['data'], { key: 'c2stbWlrZS1rZXk=' });
    const other = join(directory, 'other.key');
    await assert.rejects(openPostgresResourceStore({ connection, keyPath: other, directory }), /is missing/);
    writeFileSync(other, `${randomBytes(32).toString('hex')}\n`);
    await assert.rejects(
      openPostgresResourceStore({ connection, keyPath: other, directory }),
      /is not the key that/,
    );
    copyFileSync(keyPath, other);
    (await openPostgresResourceStore({ connection, keyPath: other, directory })).close();
  });

  test('a replica that was away for longer than changes are kept reads everything', async (t) => {
    const { open, connect } = await cluster(t, await server.createDatabase());
    const [a, late] = [await open(), await open(60_000)];
    await put(late, 'ConfigMap', 'gone');
    await put(late, 'ConfigMap', 'kept');
    await seen(a, ({ object: { metadata } }) => metadata.name === 'kept');
    await a.write(() => a.commit([{ type: 'delete', ref: ref('ConfigMap', 'gone') }]));
    await put(a, 'ConfigMap', 'kept', { data: { v: '2' } });
    await put(a, 'ConfigMap', 'new');
    await (await connect()).run((session) =>
      session.query('DELETE FROM tollgate.resource_change WHERE revision < 5'),
    );
    const told: string[] = [];
    late.subscribe((events) =>
      told.push(...events.map(({ type, object: { metadata } }) => `${type} ${metadata.name}`)),
    );
    await put(late, 'ConfigMap', 'own');
    assert.deepEqual(told, ['MODIFIED kept', 'ADDED new', 'DELETED gone', 'ADDED own']);
    assert.equal(late.eventsSince(4), undefined);
  });

  test('a server that is away: writes say so, reads go on, others are followed when it is back', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = await server.createDatabase();
    const { open } = await cluster(t, url);
    const [a, b] = [await open(5, url.replace(/:\d+\//, `:${link.port}/`)), await open()];
    await put(a, 'ConfigMap', 'one');
    link.cut();
    await assert.rejects(Promise.resolve(put(a, 'ConfigMap', 'two')), (error: Error) => {
      assert.ok(error instanceof StoreUnavailable);
      assert.doesNotMatch(error.message, new RegExp(server.password));
      return true;
    });
    assert.deepEqual(names(a), ['one']);
    await put(b, 'ConfigMap', 'three');
    const followed = seen(a, ({ object: { metadata } }) => metadata.name === 'three');
    link.flow();
    await followed;
    assert.deepEqual(names(a), ['one', 'three']);
  });

  test('cut off anywhere in a write: it happened whole or not at all, and every replica sees the same', async (t) => {
    const link = await startLink(server.port);
    t.after(() => link.close());
    const url = await server.createDatabase();
    const { open } = await cluster(t, url);
    const a = await open(60_000, url.replace(/:\d+\//, `:${link.port}/`));
    let faults = 0;
    for (let cut = 10; cut < 700; cut += 46) {
      await put(a, 'ConfigMap', 'warm', { data: { cut: String(cut) } });
      const draft = [object('ConfigMap', `x${cut}`), object('ConfigMap', `y${cut}`)];
      link.cutAfter(cut, cut % 4 === 0 ? 'toServer' : 'toClient');
      const fault = await Promise.resolve(
        a.write(() => a.commit(draft.map((one) => ({ type: 'put', object: one })))),
      ).catch((error: unknown) => error);
      link.cutAfter(Infinity, 'toServer');
      link.cutAfter(Infinity, 'toClient');
      if (fault instanceof Error) {
        assert.ok(fault instanceof StoreUnavailable, fault.message);
        faults++;
      }
    }
    assert.ok(faults >= 8, `${faults} faults`);
    await put(a, 'ConfigMap', 'warm');
    const fresh = await open();
    assert.deepEqual(names(a), names(fresh));
    assert.equal(names(fresh).filter((name) => /^[xy]/.test(name)).length % 2, 0);
  });

  test('one replica leads at a time; when it stops another follows', async (t) => {
    const { connect } = await cluster(t, await server.createDatabase());
    const gained: string[] = [];
    const make = async (name: string) => new Leadership(await connect(), name, () => gained.push(name));
    const [a, b] = [await make('a'), await make('b')];
    await a.start();
    await b.start();
    t.after(() => b.stop());
    assert.deepEqual([a.isLeader(), b.isLeader()], [true, false]);
    await a.stop();
    await b.stop();
    await b.start();
    assert.deepEqual([a.isLeader(), b.isLeader(), gained], [false, true, ['a', 'b']]);
  });
}

if (noPostgres) test('resources in Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  storeTests(server);
}
