import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { text } from '../core/resources/schema-builders.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';
import { answerList, type Listing } from './listing.ts';

interface Row {
  id: number;
  name: string;
  count?: number;
}

const columns = { name: ({ name }: Row) => name, count: ({ count }: Row) => count };
const listing: Listing<Row> = {
  fileName: 'rows',
  item: text('A row.'),
  textsOf: ({ name }) => [name],
  sorts: columns,
  columns,
  shown: (row) => row,
};

const rowsOf = (rows: Row[], query: string) => {
  const answer = answerList(listing, rows, new URLSearchParams(query));
  return ('json' in answer ? answer.json : undefined) as { items: Row[]; total: number };
};

const anyRows = fc
  .array(fc.record({ name: fc.string(), count: fc.integer() }, { requiredKeys: ['name'] }))
  .map((rows) => rows.map((row, id) => ({ id, ...row }) as Row));

test('pages put together are the whole list, in an order that is the same each time, unknown values last', () => {
  const check = (rows: Row[], sort: string, order: string, limit: number) => {
    const whole = rowsOf(rows, `sort=${sort}&order=${order}`);
    const seen: Row[] = [];
    for (let offset = 0; offset < rows.length; offset += limit) {
      const page = rowsOf(rows, `sort=${sort}&order=${order}&limit=${limit}&offset=${offset}`);
      assert.equal(page.total, rows.length);
      seen.push(...page.items);
    }
    assert.deepEqual(seen, whole.items);
    assert.deepEqual(seen.map(({ id }) => id).sort(), rows.map(({ id }) => id).sort());
    const values = seen.map((row) => (sort === 'name' ? row.name : row.count));
    const known = values.filter((value) => value !== undefined);
    assert.ok(values.slice(known.length).every((value) => value === undefined));
    const wanted = known.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (order === 'asc' ? 1 : -1));
    assert.deepEqual(known, wanted);
  };
  const orders = fc.constantFrom('asc', 'desc');
  fc.assert(
    fc.property(anyRows, fc.constantFrom('name', 'count'), orders, fc.integer({ min: 1, max: 7 }), check),
  );
});

test('a search is text that stands anywhere, in any case; a file has all pages', () => {
  const rows = ['Anna', 'joANNe', '=HYPERLINK("x")'].map((name, id) => ({ id, name }));
  assert.deepEqual(
    rowsOf(rows, 'search=aNN').items.map(({ name }) => name),
    ['Anna', 'joANNe'],
  );
  assert.equal(rowsOf(rows, 'search=.*').total, 0);
  const csv = answerList(listing, rows, new URLSearchParams('format=csv&limit=1&order=desc'));
  assert.deepEqual('text' in csv && csv.text.split('\r\n'), [
    'name,count',
    'joANNe,',
    'Anna,',
    '"\'=HYPERLINK(""x"")",',
    '',
  ]);
});

async function withPeople(admin: TestAdmin): Promise<void> {
  const password = 'correct horse battery';
  for (const [name, more] of Object.entries({
    anna: { role: 'viewer' },
    lee: { role: 'owner', team: 'research' },
    mo: { role: 'admin' },
  })) {
    await admin.call('POST', '/users', { name, password, ...more });
    await admin.call('POST', '/tokens', { name, ...more });
    admin.clock.nowMs += 60_000;
  }
  await admin.call('PATCH', '/users/lee', { disabled: true });
}

test('users and tokens are pages, sorted, filtered and files; hashes are in none of them', async (t) => {
  const admin = await startTestAdmin(t);
  await withPeople(admin);
  const names = async (path: string) =>
    (await admin.call('GET', path)).body.items.map(({ name }: { name: string }) => name);
  for (const list of ['/users', '/tokens']) {
    assert.deepEqual(await names(list), ['anna', 'lee', 'mo']);
    assert.deepEqual(await names(`${list}?sort=createdAt&order=desc`), ['mo', 'lee', 'anna']);
    assert.deepEqual(await names(`${list}?sort=team&order=desc`), ['lee', 'anna', 'mo']);
    assert.deepEqual(await names(`${list}?role=viewer`), ['anna']);
    assert.deepEqual(await names(`${list}?search=RESEARCH`), ['lee']);
    const page = (await admin.call('GET', `${list}?limit=1&offset=1`)).body;
    assert.deepEqual([page.items[0].name, page.total], ['lee', 3]);
    const csv = await admin.call('GET', `${list}?format=csv&role=owner`);
    assert.match(csv.headers.get('content-disposition')!, /filename="(users|tokens)\.csv"/);
    assert.match(csv.body, /^name,role,team,.*\r\nlee,owner,research,.*\r\n$/);
    const jsonl = (await admin.call('GET', `${list}?format=jsonl`)).body;
    assert.deepEqual(
      jsonl
        .trimEnd()
        .split('\n')
        .map((line: string) => JSON.parse(line)),
      (await admin.call('GET', list)).body.items,
    );
    assert.ok(!/hash/i.test(csv.body + jsonl));
    assert.equal((await admin.call('GET', `${list}?sort=hash`)).body.error.field, 'sort');
  }
  assert.deepEqual(await names('/users?status=disabled'), ['lee']);
  assert.deepEqual(await names('/users?sort=status&order=desc'), ['lee', 'anna', 'mo']);
});
