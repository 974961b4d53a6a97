/** When a copy of the keys in Postgres is thrown away: whatever the server does not recognise, and nothing else. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { after, type TestContext, test } from 'node:test';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import {
  assertSame,
  fileOf,
  many,
  namesOf,
  never,
  putOf,
  readerOf,
  sharedKeys,
  write,
} from './shared-keys.fixture.ts';

function thrownAwayTests(server: TestPostgres): void {
  /** A copy that a gateway left, of a server that went on with other keys. */
  async function left(t: TestContext) {
    const world = await sharedKeys(t, await server.createDatabase());
    const directory = world.newDirectory();
    const store = await world.open(directory);
    await write(store, ...many);
    store.close();
    const reopen = async (reason: RegExp) => {
      const why: string[] = [];
      const again = await world.open(directory, { onThrownAway: (one) => why.push(one) });
      assert.equal(why.length, 1);
      assert.match(why[0]!, reason);
      assertSame(again, await world.fresh(), 60);
      again.close();
      assertSame(await world.open(directory, { onThrownAway: never }), await world.fresh(), 60);
    };
    return { ...world, directory, reopen };
  }

  test('of another database', async (t) => {
    const { directory } = await left(t);
    const world = await sharedKeys(t, await server.createDatabase());
    const other = await world.open(world.newDirectory());
    for (let n = 0; n < 40; n++) await write(other, putOf({ name: `k${n % 7}`, value: n }));
    const moved = world.newDirectory();
    cpSync(fileOf(directory), fileOf(moved));
    const why: string[] = [];
    const store = await world.open(moved, { onThrownAway: (one) => why.push(one) });
    assert.match(why.join(), /of another database/);
    assertSame(store, other, 60);
  });

  for (const [what, damage] of [
    ['overwritten', (path: string) => writeFileSync(path, 'no database '.repeat(5_000))],
    [
      'overwritten behind its first pages',
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill('damaged', 5 * 4_096));
      },
    ],
    ['cut short', (path: string) => truncateSync(path, 30_000)],
    ['empty, with its last pages beside it', (path: string) => truncateSync(path, 0)],
  ] as const)
    test(`damaged: ${what}`, async (t) => {
      const { directory, reopen, open } = await left(t);
      damage(fileOf(directory));
      if (what === 'empty, with its last pages beside it') {
        // An empty file is as good as none.
        assert.equal(namesOf(await open(directory)).length, many.length);
        return;
      }
      await reopen(/./);
    });

  test('written by a newer release', async (t) => {
    const { directory, reopen } = await left(t);
    const raw = new DatabaseSync(fileOf(directory));
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    await reopen(/newer/);
  });

  test('with a key too few or too many, which nobody has noticed', async (t) => {
    const { directory, reopen } = await left(t);
    const raw = new DatabaseSync(fileOf(directory));
    raw.exec("DELETE FROM virtual_key WHERE name = 'k5'; UPDATE virtual_keys SET keys = keys - 1");
    raw.close();
    await reopen(/29 keys where Postgres has 30/);
  });

  /** The server as a backup has it that was made before the last ten keys were written. */
  const restored = `DELETE FROM tollgate.resource WHERE revision > 20;
    DELETE FROM tollgate.resource_change WHERE revision > 20; DELETE FROM tollgate.resource_stamp WHERE revision > 20;
    UPDATE tollgate.resource_store SET revision = 20`;

  test('ahead of the server', async (t) => {
    const { reopen, sql } = await left(t);
    await sql(restored);
    await reopen(/ahead of Postgres \(revision 30, Postgres has 20\)/);
  });

  test('of a server that lost its last changes and went on, as far as this copy or further', async (t) => {
    for (const changes of [10, 25]) {
      const { reopen, sql, fresh } = await left(t);
      await sql(restored);
      const other = await fresh();
      for (let n = 0; n < changes; n++) await write(other, putOf({ name: `k${n}`, value: 50 + (n % 9) }));
      await reopen(/has lost what was written last/);
    }
  });

  test('while it runs: the keys that the server lost are refused, and those that it has others of are as it has them', async (t) => {
    for (const changes of [0, 10, 12]) {
      const { open, newDirectory, sql, fresh } = await sharedKeys(t, await server.createDatabase());
      const why: string[] = [];
      const directory = newDirectory();
      const store = await open(directory, { pollMs: 60_000, onThrownAway: (one) => why.push(one) });
      for (const change of many) await write(store, change);
      const find = readerOf(t, store);
      assert.equal(find(29), 'VirtualKey/a/k29');
      await sql(restored);
      const other = await fresh();
      for (let n = 0; n < changes; n++)
        // As far as the server had come before: the same names with the same revisions.
        await write(other, putOf({ name: `k${20 + n}`, value: 50 + n }));
      // Decided on what it knew, it is decided again.
      await write(store, putOf({ name: 'own', value: 70 }));
      assert.equal(why.length, 1);
      assertSame(store, await fresh(), 80);
      assert.deepEqual([find(28), find(70)], [undefined, 'VirtualKey/a/own']);
      assert.equal(find(29), undefined);
      store.close();
      assertSame(await open(directory, { onThrownAway: never }), await fresh(), 80);
    }
  });

  test('while it runs, and killed before it was compared: nothing of it is trusted', async (t) => {
    const { directory, open, sql, fresh } = await left(t);
    // As `throwAway` leaves the file of a copy that is in use.
    const raw = new DatabaseSync(fileOf(directory));
    raw.exec("UPDATE replica SET revision = 0, stamp = '', whole = 0; UPDATE store SET revision = 12");
    raw.close();
    await sql('UPDATE tollgate.resource SET body = replace(body, \'k2"\', \'k2","x":"y"\')');
    const why: string[] = [];
    const again = await open(directory, { onThrownAway: (one) => why.push(one) });
    assert.deepEqual(why, ['it was given up before']);
    assertSame(again, await fresh(), 60);
  });
}

if (noPostgres) test('copies of the keys that are thrown away', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  thrownAwayTests(server);
}
