import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../core/resources/object.ts';
import type { KeyFilter, KeyOrder } from '../key-directory.ts';
import { listedKeys } from '../listed-keys.ts';
import { createResourceStore } from '../memory/resource-store.ts';
import { eachOf } from '../resource-pages.ts';
import type { ResourceChange, ResourceStore } from '../resource-store.ts';
import { openResourceStore } from './resource-store.ts';
import { migrateResourceSchema } from './resource-store-schema.ts';
import { SqliteVirtualKeys } from './virtual-keys.ts';

const kind = { group: 'tollgate.dev', kind: 'VirtualKey' };
const nowMs = Date.UTC(2026, 10, 25);

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Draft {
  namespace: string;
  name: string;
  owner: string | undefined;
  team: string | undefined;
  note: string;
  disabled: boolean;
  expires: string | undefined;
  told: 'True' | 'Valid' | 'Pending' | undefined;
  used: number;
  value: number;
}

function keyObject(draft: Draft): KubeObject {
  const { namespace, name, owner, team, note, disabled, expires, told, used, value } = draft;
  const condition = { type: 'Accepted', status: told === 'True' ? 'True' : 'False', reason: told };
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { namespace, name, ...(team !== undefined && { labels: { team } }) },
    spec: {
      keyHash: `sha256:${hash('sha256', String(value))}`,
      ...(owner !== undefined && { owner }),
      ...(expires !== undefined && { expiresAt: expires }),
      metadata: { note },
      disabled,
    },
    status: {
      ...(told !== undefined && { conditions: [condition] }),
      ...(used > 0 && { lastUsedAt: new Date(used * 60_000).toISOString() }),
    },
  };
}

const words = fc.constantFrom(
  'Anna',
  'anna-b',
  'Ünal',
  '"x"',
  'an',
  'a\\b%_',
  '*',
  "d'or",
  'x OR y',
  '🔑🔑🔑',
);
const draft: fc.Arbitrary<Draft> = fc.record({
  namespace: fc.constantFrom('a', 'a-b', 'b'),
  name: fc.constantFrom('k', 'key-1', 'key-10', 'key-2', 'anna', 'z'),
  owner: fc.option(words, { nil: undefined }),
  team: fc.constantFrom(undefined, 'red', 'blue'),
  note: words,
  disabled: fc.boolean(),
  expires: fc.constantFrom(undefined, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', '2027-02-31T00:00:00Z'),
  told: fc.constantFrom('True', 'Valid', 'Pending', undefined),
  used: fc.nat(3),
  value: fc.nat(20),
});
const filter = fc.record(
  {
    search: fc.oneof(words, fc.constantFrom('key-1', 'a', 'b/k', 'ann')).map((text) => text.toLowerCase()),
    status: fc.constantFrom('active', 'disabled', 'expired', 'pending', 'invalid'),
    team: fc.constantFrom('red', 'blue', 'none'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Omit<KeyFilter, 'nowMs'>>;
const order = fc.record({
  by: fc.constantFrom<KeyOrder['by']>('name', 'owner', 'lastUsedAt', 'spend'),
  descending: fc.boolean(),
});
const query = fc.record({ filter, order, offset: fc.nat(8), limit: fc.integer({ min: 1, max: 8 }) });

const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
const refOf = ({ namespace, name }: Draft) => ({ ...kind, namespace, name });

/** Bounds so low that few keys are many. */
const bounds = fc.constantFrom(
  { few: 10_000, fewByName: 10_000, counted: 10_000, exact: 10_000, looked: 20_000, candidates: 20_000 },
  { few: 3, fewByName: 2, counted: 4, exact: 9, looked: 5, candidates: 3 },
  { few: 0, fewByName: 0, counted: 0, exact: 0, looked: 4, candidates: 0 },
  { few: 0, fewByName: 0, counted: 50, exact: 50, looked: 50, candidates: 50 },
);

test('keys on disk are listed, searched, filtered, sorted and paged as those in memory are', () => {
  const change = fc.oneof(
    { weight: 4, arbitrary: draft.map((one): ResourceChange => ({ type: 'put', object: keyObject(one) })) },
    { weight: 1, arbitrary: draft.map((one): ResourceChange => ({ type: 'delete', ref: refOf(one) })) },
  );
  const changes = fc.array(change, { maxLength: 30 });
  fc.assert(
    fc.property(
      changes,
      fc.array(query, { minLength: 1, maxLength: 12 }),
      bounds,
      (written, queries, few) => {
        const database = new DatabaseSync(':memory:');
        migrateResourceSchema(database, '');
        const keys = new SqliteVirtualKeys(database, '', { bounds: few });
        const memory = createResourceStore();
        for (const one of written) for (const event of memory.commit([one])) keys.save(event);
        const all = memory.list(kind.group, kind.kind);
        assert.deepEqual(keys.page({ limit: 100 }), all);
        const expected = listedKeys(() => all);
        const used = (object: KubeObject) => (object['status'] as { lastUsedAt?: string }).lastUsedAt;
        const ranks = new Map(
          all.map((one) => [`VirtualKey/${nameOf(one)}`, Date.parse(used(one) ?? '') || 0]),
        );
        for (const { filter, order, offset, limit } of queries) {
          const asked = [
            { ...filter, nowMs },
            { ...order, ranks },
            { offset, limit },
          ] as const;
          // Without ranks it goes by what the statuses say.
          const own = order.by === 'lastUsedAt' && offset % 2 === 0 ? order : asked[1];
          const [found, wanted] = [keys.find(asked[0], own, asked[2]), expected.find(...asked)];
          if ([...(filter.search ?? 'all')].length < 3 && all.length > few.looked) {
            const whole = expected.find(asked[0], asked[1], { offset: 0, limit: 100 });
            const names = new Set(whole.objects.map(nameOf));
            assert.ok(found.objects.every((object) => names.has(nameOf(object))));
            continue;
          }
          assert.deepEqual(found.objects.map(nameOf), wanted.objects.map(nameOf));
          if (found.atLeast === undefined) assert.equal(found.total, wanted.total);
          else assert.ok(found.total <= wanted.total, `${found.total} of ${wanted.total}`);
          const after = { namespace: 'a', name: 'key-1' };
          assert.deepEqual(
            keys.findAfter(asked[0], after, limit),
            expected.findAfter(asked[0], after, limit),
          );
        }
        for (let value = 0; value <= 20; value++) {
          const sha256 = hash('sha256', String(value));
          assert.equal(keys.byHash(sha256) === undefined, expected.byHash(sha256) === undefined);
        }
        keys.close();
        database.close();
      },
    ),
    { numRuns: 200 },
  );
});

test('keys on disk, bit by bit: each once, in the order of lists', (t) =>
  givesEachOnce(t, openResourceStore(directory(t))));
test('keys in memory, bit by bit: each once, in the order of lists', (t) =>
  givesEachOnce(t, createResourceStore()));

function givesEachOnce(t: TestContext, store: ResourceStore): void {
  t.after(() => store.close());
  const drafts = Array.from({ length: 1_203 }, (_, n) =>
    keyObject({
      ...{ owner: undefined, team: undefined, note: '', disabled: false, expires: undefined },
      ...{
        told: undefined,
        used: 0,
        value: n,
        name: `k${(n * 7) % 1_203}`,
        namespace: ['a', 'a-b', 'c'][n % 3]!,
      },
    }),
  );
  store.commit(drafts.map((object) => ({ type: 'put', object })));
  const sorted = drafts.map(({ metadata }) => `${metadata.namespace}\0${metadata.name}`).sort();
  const names = (objects: Iterable<KubeObject>) =>
    [...objects].map(({ metadata }) => `${metadata.namespace}\0${metadata.name}`);
  assert.deepEqual(names(eachOf(store, kind)), sorted);
  assert.deepEqual(
    names(eachOf(store, kind, 'a')),
    sorted.filter((name) => name.startsWith('a\0')),
  );
  assert.deepEqual(names(store.list(kind.group, kind.kind)), sorted);
}

test('a data directory of the version before is converted: every key is found as before', (t) => {
  const path = directory(t);
  openResourceStore(path).close();
  const raw = new DatabaseSync(join(path, 'resources.db'));
  for (const { name } of raw
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'virtual_key%' AND sql LIKE 'CREATE %'",
    )
    .all())
    if (!String(name).startsWith('virtual_key_text_')) raw.exec(`DROP TABLE ${name}`);
  raw.exec('PRAGMA user_version = 1; UPDATE store SET revision = 9');
  const put = raw.prepare('INSERT INTO object VALUES (?, ?, ?, ?, ?, 0, ?)');
  for (let n = 0; n < 5; n++) {
    const object = {
      ...keyObject({
        ...{ namespace: 'a', name: `k${n}`, owner: 'Anna', team: 'red', note: '', disabled: n === 3 },
        ...{ expires: undefined, told: 'True', used: n, value: n },
      }),
    };
    object.metadata.resourceVersion = String(n + 1);
    put.run(
      'tollgate.dev',
      'VirtualKey',
      'a',
      `k${n}`,
      n + 1,
      new TextEncoder().encode(JSON.stringify(object)),
    );
  }
  raw.close();
  const told: string[] = [];
  const store = openResourceStore(path, { progress: (done, all) => told.push(`${done} of ${all}`) });
  t.after(() => store.close());
  assert.deepEqual(told, ['1 of 5', '2 of 5', '3 of 5', '4 of 5', '5 of 5']);
  assert.equal(store.revision(), 9);
  assert.equal(store.get({ ...kind, namespace: 'a', name: 'k2' })?.metadata.resourceVersion, '3');
  const order = { by: 'lastUsedAt', descending: true } as const;
  const found = store.keys!.find({ search: 'anna', status: 'active', nowMs }, order, { offset: 0, limit: 9 });
  assert.deepEqual(found.objects.map(nameOf), ['a/k4', 'a/k2', 'a/k1', 'a/k0']);
  assert.equal(store.keys!.byHash(hash('sha256', '3'))?.metadata.name, 'k3');
  const [event] = store.commit([{ type: 'delete', ref: { ...kind, namespace: 'a', name: 'k2' } }]);
  assert.equal(event?.revision, 10);
  assert.equal(store.list(kind.group, kind.kind).length, 4);
});
