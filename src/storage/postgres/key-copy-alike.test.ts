/** Keys over Postgres and in the embedded store: whatever is written through whichever gateway, both answer alike. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { KeyOrder } from '../key-directory.ts';
import type { ResourceStore } from '../resource-store.ts';
import { openResourceStore } from '../sqlite/resource-store.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { randomChanges, randomFrom, values } from './random-keys.fixture.ts';
import { assertSame, hashOf, never, sharedKeys, until } from './shared-keys.fixture.ts';

const nowMs = Date.UTC(2026, 10, 25);
const page = { offset: 1, limit: 5 };
const filters = [
  {},
  { search: 'owner-1' },
  { search: 'r1' },
  { status: 'disabled' },
  { status: 'pending' },
] as const;

/** What lists, searches and statuses are told from. */
function assertAlike(one: ResourceStore, other: ResourceStore): void {
  assertSame(one, other, values);
  for (const filter of filters)
    for (const by of ['name', 'owner', 'lastUsedAt'] satisfies KeyOrder['by'][]) {
      const asked = [{ ...filter, nowMs }, { by, descending: by === 'owner' }, page] as const;
      assert.deepEqual(one.keys!.find(...asked), other.keys!.find(...asked));
    }
  for (let value = 0; value < values; value++)
    assert.equal(one.keys!.holderOf(hashOf(value)), other.keys!.holderOf(hashOf(value)));
  assert.equal(one.keys!.opens('a', 'gw'), other.keys!.opens('a', 'gw'));
}

type Step = 'one' | 'other' | 'restart' | 'trim';

function alikeTests(server: TestPostgres): void {
  test('written through either of two gateways, one of which restarts now and then', async (t) => {
    const steps = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<Step>('one', 'other') },
        { weight: 1, arbitrary: fc.constantFrom<Step>('restart', 'trim') },
      ),
      { minLength: 5, maxLength: 25 },
    );
    const property = fc.asyncProperty(fc.nat(), steps, async (seed, taken) => {
      const random = randomFrom(seed);
      const { open, newDirectory, sql } = await sharedKeys(t, await server.createDatabase());
      const embedded = openResourceStore(newDirectory());
      const directory = newDirectory();
      let one = await open(directory);
      const other = await open(newDirectory());
      try {
        for (const step of taken) {
          if (step === 'trim') await sql('DELETE FROM tollgate.resource_change');
          if (step === 'restart') one.close();
          const writer = step === 'one' ? one : other;
          const changes = randomChanges(random);
          await writer.write(() => writer.commit(changes));
          embedded.commit(changes);
          if (step === 'restart') one = await open(directory, { onThrownAway: never });
          for (const store of [one, other]) {
            await until(() => store.revision() === embedded.revision());
            assertAlike(store, embedded);
          }
        }
      } finally {
        for (const store of [one, other, embedded]) store.close();
      }
    });
    await fc.assert(property, {
      numRuns: process.env['TOLLGATE_TEST_LONG'] === '1' ? 150 : 8,
      endOnFailure: true,
    });
  });
}

if (noPostgres) test('keys over Postgres as in the embedded store', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  alikeTests(server);
}
