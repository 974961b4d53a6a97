import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { naiveUsage } from '../storage/naive-usage.fixture.ts';
import { startTestAdmin } from './admin-api.fixture.ts';

const records = Array.from({ length: 300 }, (_, n) => {
  const user = `user-${n % 17}`;
  const base = ledgerRecord(n, {
    startedAtMs: startMs + n * 7_000_000,
    key: { id: `VirtualKey/ns/${user}`, user, metadata: {}, labels: { team: `t-${n % 3}` } },
  });
  return { ...base, llm: { ...base.llm!, costNano: 1_000 * ((n % 17) + 1) } };
});

test('usage: rows by a figure, page by page, with how many groups there are', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append(records, []);
  const { body } = await admin.call('GET', '/usage?groupBy=user&sort=costNano&order=asc&limit=5&offset=5');
  assert.equal(body.groups, 17);
  const all = naiveUsage(records, {}, { groupBy: ['user'] }).sort((a, b) => a.costNano - b.costNano);
  assert.deepEqual(body.rows, all.slice(5, 10));
  assert.equal(body.total.requests, 300);
  const wrong = await admin.call('GET', '/usage?groupBy=user&sort=name');
  assert.equal(wrong.body.error.field, 'sort');
  const brief = await admin.call('GET', '/usage?groupBy=user&limit=1&figures=tokens,costNano');
  assert.deepEqual(Object.keys(brief.body.rows[0]).sort(), ['costNano', 'group', 'tokens']);
  assert.equal((await admin.call('GET', '/usage?figures=cost')).body.error.field, 'figures');
  const named = 'groupBy=user,label:team&named=USER-1';
  const found = (await admin.call('GET', `/usage?${named}&sort=group&order=desc&limit=4`)).body;
  assert.deepEqual(
    found.rows.map(
      ({ group }: { group: Record<string, string> }) => `${group['user']} ${group['label:team']}`,
    ),
    ['user-16 t-2', 'user-16 t-1', 'user-16 t-0', 'user-15 t-2'],
  );
  assert.equal(found.groups, 24);
  const ones = records.filter(({ key }) => key?.user?.startsWith('user-1'));
  assert.equal(found.total.requests, ones.length);
  assert.equal(
    (await admin.call('GET', `/usage?${named}&format=csv`)).body.trimEnd().split('\r\n').length,
    25,
  );
  const none = (await admin.call('GET', '/usage?groupBy=user&named=%25&limit=4')).body;
  assert.deepEqual([none.rows, none.groups, none.total.requests], [[], 0, 0]);
  const top = await admin.call('GET', '/usage?groupBy=user&bucket=day&top=4&named=x');
  assert.equal(top.body.error.field, 'top');
  assert.deepEqual((await admin.call('GET', '/usage/labels')).body, { items: ['team'] });
});

test('calls: the dearest first, page by page', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append(records, []);
  const costs: number[] = [];
  let before = '';
  do {
    const { body } = await admin.call('GET', `/calls?sort=cost&order=asc&limit=120${before}`);
    costs.push(...body.items.map(({ llm }: { llm: { costNano: number } }) => llm.costNano));
    before = body.next === undefined ? '' : `&before=${body.next}`;
  } while (before !== '');
  assert.deepEqual(
    costs,
    records.map(({ llm }) => llm.costNano).sort((a, b) => a - b),
  );
  assert.equal((await admin.call('GET', '/calls?sort=user')).body.error.field, 'sort');
});

test('usage over time of the dearest groups, all others as one: together they are the whole', async (t) => {
  const admin = await startTestAdmin(t);
  admin.ledger.append(records, []);
  const query = 'groupBy=user&bucket=day&timeZone=Asia/Kathmandu';
  const { body } = await admin.call('GET', `/usage?${query}&top=4`);
  const { body: whole } = await admin.call('GET', `/usage?${query}`);
  type Row = { group: { user?: string }; bucketStart: string; rest?: boolean; costNano: number };
  const sumOf = (rows: Row[], by: (row: Row) => string) => {
    const sums: Record<string, number> = {};
    for (const row of rows) sums[by(row)] = (sums[by(row)] ?? 0) + row.costNano;
    return sums;
  };
  const named = new Set(['user-16', 'user-15', 'user-14', 'user-13']);
  const nameOf = ({ group, rest, bucketStart }: Row) =>
    `${bucketStart} ${!rest && named.has(group.user ?? '') ? group.user : 'rest'}`;
  assert.deepEqual(sumOf(body.rows, nameOf), sumOf(whole.rows, nameOf));
  assert.ok(body.rows.length < whole.rows.length);
  const { body: few } = await admin.call('GET', '/usage?groupBy=label:team&bucket=month&top=4');
  assert.ok(few.rows.every(({ rest }: Row) => rest === undefined));
  const wrong = await admin.call('GET', '/usage?groupBy=user,model&bucket=day&top=4');
  assert.equal(wrong.body.error.field, 'top');
});
