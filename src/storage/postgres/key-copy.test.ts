/** Copies of the keys in Postgres: what is written through one gateway, what a restart goes on from. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { ResourceEvent } from '../resource-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { startLink } from './faulty-link.fixture.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import {
  assertSame,
  deleteOf,
  fileOf,
  hashOf,
  keyObject,
  kind,
  many,
  namesOf,
  never,
  putOf,
  readerOf,
  sharedKeys,
  until,
  write,
} from './shared-keys.fixture.ts';

const noChangesKept = 'DELETE FROM tollgate.resource_change';

function sharingTests(server: TestPostgres): void {
  test('rotated, disabled and deleted through one gateway: in force so at once there, and soon at the other', async (t) => {
    const { open, newDirectory } = await sharedKeys(t, await server.createDatabase());
    const [a, b] = [await open(newDirectory()), await open(newDirectory())];
    const [atA, atB] = [readerOf(t, a), readerOf(t, b)];
    const both = async (value: number, expected: string | undefined) => {
      assert.equal(atA(value), expected);
      await until(() => b.revision() === a.revision());
      assert.equal(atB(value), expected);
    };
    const id = 'VirtualKey/a/one';
    await write(a, putOf({ name: 'one', value: 1 }));
    await both(1, id);
    await write(a, putOf({ name: 'one', value: 2, before: 1 }));
    await both(2, id);
    await both(1, id);
    await write(a, putOf({ name: 'one', value: 2, disabled: true }));
    await both(2, 'disabled');
    await both(1, undefined);
    await write(a, putOf({ name: 'one', value: 2 }), putOf({ name: 'two', value: 2 }));
    await both(2, id);
    await write(a, deleteOf('one'));
    await both(2, 'VirtualKey/a/two');
    await write(a, deleteOf('two'));
    await both(2, undefined);
    assert.equal((await a.keys!.page({ limit: 9 })).length, 0);
  });

  test('an operation sees the keys that it has written, by page and by value; nobody else does before it is done', async (t) => {
    const { open, newDirectory } = await sharedKeys(t, await server.createDatabase());
    const a = await open(newDirectory());
    await write(a, ...many);
    const { keys } = a;
    const writing = a.write(() => {
      a.commit([deleteOf('k1'), putOf({ name: 'new', value: 99 })]);
      assert.equal(a.get({ ...kind, namespace: 'a', name: 'k1' }), undefined);
      const names = () => a.keys!.page({ limit: 99 }).map(({ metadata }) => metadata.name);
      assert.ok(names().includes('new') && !names().includes('k1'));
      a.commit([deleteOf('k2')]);
      assert.deepEqual(namesOf(a), names());
      assert.ok(!names().includes('k2'));
      assert.equal(a.keys!.holderOf(hashOf(99)), 'VirtualKey/a/new');
      return names();
    });
    assert.equal(keys!.holderOf(hashOf(99)), undefined);
    assert.equal(namesOf(a).length, many.length);
    assert.deepEqual(await writing, namesOf(a));
    const refused = a.write(() => {
      a.commit([deleteOf('k3')]);
      assert.equal(a.keys!.page({ limit: 99 }).length, many.length - 2);
      throw new Error('no');
    });
    await assert.rejects(Promise.resolve(refused), /^Error: no$/);
    assert.ok(namesOf(a).includes('k3'));
  });

  test('who does not speak forgets what another has told, and tells the rest when it speaks', async (t) => {
    const { open, newDirectory } = await sharedKeys(t, await server.createDatabase());
    let speaks = false;
    const silent = await open(newDirectory(), { speaks: () => speaks });
    const other = await open(newDirectory());
    await write(other, putOf({ name: 'told', value: 1 }), putOf({ name: 'untold', value: 2 }));
    await write(other, putOf({ name: 'told', value: 1, told: 1 }));
    await until(() => silent.revision() === other.revision());
    silent.keys!.told(other.keys!.untold(9));
    assert.deepEqual(silent.keys!.untold(9), []);
    speaks = true;
    assert.deepEqual(
      silent.keys!.untold(9).map(({ object }) => object.metadata.name),
      ['untold'],
    );
  });
}

function restartTests(server: TestPostgres): void {
  test('a restart reads what changed since, and nothing else', async (t) => {
    const { open, newDirectory } = await sharedKeys(t, await server.createDatabase());
    const directory = newDirectory();
    const [before, other] = [await open(directory), await open(newDirectory())];
    await write(before, ...many);
    before.close();
    await until(() => other.revision() === many.length);
    await write(other, deleteOf('k3'), putOf({ name: 'k4', value: 44 }), putOf({ name: 'new', value: 45 }));
    await write(other, {
      type: 'put',
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'c' } },
    });
    // What is not read again stays as it is.
    const raw = new DatabaseSync(fileOf(directory));
    raw.exec("UPDATE virtual_key SET owner = 'kept' WHERE name = 'k5'");
    raw.close();
    const restarted = await open(directory, { onThrownAway: never });
    assertSame(restarted, other, 50);
    assert.equal(restarted.list('', 'ConfigMap').length, 1);
    const order = { by: 'owner', descending: true } as const;
    const [last] = restarted.keys!.find({ nowMs: 0 }, order, { offset: 0, limit: 1 }).objects;
    assert.equal(last?.metadata.name, 'k5');
  });

  test('what a gateway of a former release writes, which stamps nothing, is followed too', async (t) => {
    const { open, newDirectory, sql, fresh } = await sharedKeys(t, await server.createDatabase());
    const directory = newDirectory();
    const store = await open(directory, { pollMs: 60_000, onThrownAway: never });
    await write(store, ...many);
    for (const [revision, name] of [
      [31, 'k1'],
      [32, 'k2'],
    ] as const) {
      const object = keyObject({ name, value: 40 + revision });
      const body = JSON.stringify({
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(revision) },
      });
      const columns = `'tollgate.dev', 'VirtualKey', 'a', '${name}'`;
      await sql(`UPDATE tollgate.resource_store SET revision = ${revision};
        INSERT INTO tollgate.resource_change VALUES (${revision}, 'MODIFIED', ${columns}, false, '${body}');
        UPDATE tollgate.resource SET revision = ${revision}, body = '${body}' WHERE name = '${name}'`);
    }
    await write(store, putOf({ name: 'own', value: 45 }));
    assert.equal(store.revision(), 33);
    assertSame(store, await fresh(), 80);
    store.close();
    assertSame(await open(directory, { onThrownAway: never }), await fresh(), 80);
  });

  test('after more changes than are kept: what is gone, new and changed is found, at a restart and while it runs', async (t) => {
    const { open, newDirectory, sql } = await sharedKeys(t, await server.createDatabase());
    const directory = newDirectory();
    const [away, slow, other] = [
      await open(directory),
      await open(newDirectory(), { pollMs: 60_000 }),
      await open(newDirectory()),
    ];
    await write(away, ...many);
    away.close();
    await slow.write(() => {
      if (slow.revision() < many.length) throw new Error('later');
    });
    const change = [deleteOf('k3'), putOf({ name: 'k4', value: 44 }), putOf({ name: 'new', value: 45 })];
    await until(() => other.revision() === many.length);
    await write(other, ...change);
    await sql(noChangesKept);
    assertSame(await open(directory, { onThrownAway: never }), other, 50);
    const told: string[] = [];
    const tell = (events: readonly ResourceEvent[]) =>
      told.push(
        ...events.map(({ type, object, previous }) => `${type} ${object.metadata.name} ${!!previous}`),
      );
    slow.subscribe(tell);
    await write(slow, putOf({ name: 'own', value: 46 }));
    await until(() => other.revision() === slow.revision());
    assertSame(slow, other, 50);
    assert.deepEqual(told, ['MODIFIED k4 true', 'ADDED new false', 'DELETED k3 true', 'ADDED own false']);
    // Only deleted since: nothing that was written tells of it.
    await write(other, deleteOf('k7'), deleteOf('own'));
    await sql(noChangesKept);
    await write(slow, putOf({ name: 'k8', value: 8, owner: 'me' }));
    await until(() => other.revision() === slow.revision());
    assertSame(slow, other, 50);
  });

  test('cut off while everything is copied: nothing is in force before all is there, and the next try goes on', async (t) => {
    const url = await server.createDatabase();
    const link = await startLink(server.port);
    t.after(() => link.close());
    const { open, newDirectory, connect } = await sharedKeys(t, url);
    const other = await open(newDirectory());
    const all = Array.from({ length: 2_400 }, (_, n) => putOf({ name: `k${n}`, value: n, told: 1 }));
    await write(other, ...all);
    await write(other, deleteOf('k1'));
    const directory = newDirectory();
    const connection = await connect(url.replace(/:\d+\//, `:${link.port}/`));
    let faults = 0;
    const copied: number[] = [];
    for (;;) {
      link.cutAfter(500_000, 'toClient');
      try {
        const store = await open(directory, { connection, onThrownAway: never });
        link.cutAfter(Infinity, 'toClient');
        assertSame(store, other, 100);
        break;
      } catch (error) {
        assert.ok(error instanceof StoreUnavailable, String(error));
        faults++;
        const raw = new DatabaseSync(fileOf(directory), { readOnly: true });
        copied.push(Number(raw.prepare('SELECT count(*) AS n FROM virtual_key').get()!['n']));
        raw.close();
      }
    }
    assert.ok(faults > 0, 'it was never cut off');
    assert.deepEqual(
      copied,
      copied.toSorted((x, y) => x - y),
    );
  });
}

function inheritedTests(server: TestPostgres): void {
  test('what the first gateway had goes with it, in one step; a second one adds nothing', async (t) => {
    const { open, newDirectory } = await sharedKeys(t, await server.createDatabase());
    const objects = Array.from({ length: 450 }, (_, n) =>
      keyObject({ name: `k${n}`, value: n, owner: 'a\tb\\' }),
    );
    const inherited = () => ({ count: 450, objects });
    const first = await open(newDirectory(), { inherited });
    assert.equal(namesOf(first).length, 450);
    assert.equal(first.get({ ...kind, namespace: 'a', name: 'k7' })?.metadata.resourceVersion, '8');
    await write(first, deleteOf('k7'));
    const second = await open(newDirectory(), { inherited });
    assertSame(second, first, 20);
    assert.equal(second.revision(), 451);
  });
}

if (noPostgres) test('copies of the keys in Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  sharingTests(server);
  restartTests(server);
  inheritedTests(server);
}
