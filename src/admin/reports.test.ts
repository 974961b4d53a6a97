import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('overview: a period beside the one before, the top of users and models, latencies', async (t) => {
  const admin = await startTestAdmin(t);
  const anna = { id: 'k', user: 'anna', metadata: {}, labels: {} };
  const before = { startedAtMs: startMs - 3_600_000 };
  admin.ledger.append(
    [ledgerRecord(1), ledgerRecord(2), ledgerRecord(3, { key: anna }), ledgerRecord(4, before)],
    [],
  );
  const query = 'from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z';
  const { body } = await admin.call('GET', `/overview?${query}`);
  assert.equal(body.current.requests, 3);
  assert.equal(body.previous.requests, 1);
  assert.deepEqual(body.topUsers, [
    { name: 'mike', tokens: 240, costNano: 2_640_000, requests: 2 },
    { name: 'anna', tokens: 120, costNano: 1_320_000, requests: 1 },
  ]);
  assert.equal(body.topModels[0].name, 'claude-sonnet-5');
  assert.deepEqual(
    body.topTeams.map(({ name }: { name: string }) => name),
    ['platform', ''],
  );
  assert.deepEqual(body.latencyMs, { p50: 12, p95: 13 });
  assert.deepEqual(body.timeToFirstTokenMs, {});
  assert.equal((await admin.call('GET', '/overview')).body.current.requests, 4);
  const wrong = await admin.call('GET', '/overview?from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z');
  assert.equal(wrong.body.error.field, 'from');
});

test('the tail tells calls as they end, until the reader leaves', async (t) => {
  const admin = await startTestAdmin(t);
  const { port } = new URL(admin.url);
  const lines: string[] = [];
  const ended = Promise.withResolvers<void>();
  const call = httpRequest(
    { port, path: '/api/v1/calls/tail', headers: { authorization: `Bearer ${admin.token}` } },
    (answer) => {
      assert.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(answer.headers['cache-control'], 'no-store');
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        lines.push(chunk);
        if (lines.length === 1) admin.tell(ledgerRecord(1, { path: '/a\n\ndata: b' }));
        else call.destroy();
      });
      answer.on('error', () => ended.resolve());
    },
  );
  call.on('error', () => ended.resolve());
  call.end();
  await ended.promise;
  const [, event = ''] = lines;
  assert.deepEqual(JSON.parse(event.slice('data: '.length)), ledgerRecord(1, { path: '/a\n\ndata: b' }));
  admin.tell(ledgerRecord(2));
});

test('calls are exported whole, over many pages, as CSV, JSON lines and FOCUS', async (t) => {
  const admin = await startTestAdmin(t);
  const refused = ledgerRecord(2_500, { status: 401 });
  delete refused.llm;
  delete refused.key;
  admin.ledger.append([...Array.from({ length: 2_499 }, (_, i) => ledgerRecord(i + 1)), refused], []);
  const csv = await admin.call('GET', '/calls/export?format=csv');
  assert.equal(csv.headers.get('content-disposition'), 'attachment; filename="calls.csv"');
  const lines = csv.body.trimEnd().split('\r\n');
  assert.equal(lines.length, 2_501);
  assert.match(lines[0], /^id,startedAt,durationMs,outcome,/);
  assert.match(lines[1], /,refused,401,/);
  assert.match(lines[2], /,mike,"\{""team"":""platform""\}",ns\/claude,anthropic,.*,false,0\.001320000,$/);
  const jsonl = await admin.call('GET', '/calls/export?format=jsonl&user=mike');
  const records = jsonl.body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line));
  assert.equal(new Set(records.map(({ id }: { id: string }) => id)).size, 2_499);
  const focus = await admin.call('GET', '/calls/export?format=focus');
  const [head, first, ...others] = focus.body.trimEnd().split('\r\n');
  assert.equal(others.length, 2_498);
  const row = Object.fromEntries(
    head.split(',').map((name: string, i: number) => [name, parseCsv(first)[i]]),
  );
  assert.equal(row.BilledCost, '0.001320000');
  assert.equal(row.BillingPeriodStart, '2026-11-01T00:00:00.000Z');
  assert.equal(row.BillingPeriodEnd, '2026-12-01T00:00:00.000Z');
  assert.equal(row.ConsumedQuantity, '120');
  assert.equal(row.ServiceCategory, 'AI and Machine Learning');
  assert.deepEqual(JSON.parse(row.Tags), { team: 'platform' });
  assert.equal((await admin.call('GET', '/calls/export?format=xml')).status, 400);
});

test('sound, pictures, cache writes of an hour and estimates are in the report and in each export', async (t) => {
  const admin = await startTestAdmin(t);
  const spoken = ledgerRecord(2);
  const media = { audioInput: 30, cachedAudio: 4, imageOutput: 7 };
  Object.assign(spoken.llm!.usage!, { cacheWrite1hTokens: 3, media, estimated: true, serviceTier: 'flex' });
  admin.ledger.append([ledgerRecord(1), spoken], []);
  const expected = {
    cacheWrite1hTokens: 3,
    audioInputTokens: 30,
    cachedAudioTokens: 4,
    imageInputTokens: 0,
    audioOutputTokens: 0,
    imageOutputTokens: 7,
  };
  const picked = (figures: Record<string, number | string>) =>
    Object.fromEntries(Object.keys(expected).map((name) => [name, Number(figures[name])]));
  const { body } = await admin.call('GET', '/usage?groupBy=user&sort=imageOutputTokens');
  assert.deepEqual(picked(body.rows[0]), expected);
  assert.deepEqual(picked(body.total), expected);
  assert.equal(body.total.estimated, 1);
  const rowOf = async (path: string, at: number): Promise<Record<string, string>> => {
    const [head, ...rows] = (await admin.call('GET', path)).body.trimEnd().split('\r\n');
    const cells = parseCsv(rows[at]);
    return Object.fromEntries(head.split(',').map((name: string, i: number) => [name, cells[i]]));
  };
  assert.deepEqual(picked(await rowOf('/usage?groupBy=user&format=csv', 0)), expected);
  const call = await rowOf('/calls/export?format=csv', 0);
  assert.deepEqual(picked(call), expected);
  assert.equal(call['serviceTier'], 'flex');
  const focus = await rowOf('/calls/export?format=focus', 0);
  const own = Object.entries(focus).map(([name, value]) => [name.replace(/^x_(.)/, lowerFirst), value]);
  assert.deepEqual(picked(Object.fromEntries(own)), expected);
  assert.equal(JSON.parse(focus['Tags']!)['tollgate/service-tier'], 'flex');
});

const lowerFirst = (_: string, letter: string) => letter.toLowerCase();

/** One line, quotes doubled inside quotes. */
function parseCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );
}

test('a holder sees the own key, the budgets it draws on and its usage', async (t) => {
  const admin = await startTestAdmin(t);
  const key = {
    name: 'mike-laptop',
    owner: 'mike',
    labels: { team: 'platform' },
    metadata: { user_id: 'mike' },
    limits: { concurrency: 2 },
  };
  const { value } = (await admin.call('POST', '/keys', key)).body;
  const budget = (name: string, spec: object) =>
    admin.call('POST', '/budgets', {
      name,
      spec: { limit: { tokens: 1000 }, window: { calendar: 'Day' }, ...spec },
    });
  await budget('mine', { groupBy: ['apiKey.user_id'], selector: { matchLabels: { team: 'platform' } } });
  await budget('others', { selector: { matchLabels: { team: 'finance' } } });
  await budget('by-expression', { selector: { expression: "apiKey.user_id == 'mike'" } });
  await budget('by-model', { groupBy: ['llm.requestModel'] });
  const at = { windowStart: startMs / 1000, windowSeconds: 86_400 };
  admin.counters.push(
    { ...at, key: `budget|${gatewayNamespace}/mine|tokens|anna`, value: 900 },
    { ...at, key: `budget|${gatewayNamespace}/mine|tokens|mike`, value: 250 },
  );
  const id = `VirtualKey/${gatewayNamespace}/mike-laptop`;
  const identity = { id, user: 'mike', metadata: {}, labels: {} };
  const earlier = { key: identity, startedAtMs: startMs - 86_400_000 };
  admin.ledger.append([ledgerRecord(1, { key: identity }), ledgerRecord(2), ledgerRecord(3, earlier)], []);
  const { status, body } = await admin.call('GET', '/me', undefined, { authorization: `Bearer ${value}` });
  assert.equal(status, 200);
  assert.equal(body.key.name, 'mike-laptop');
  assert.equal(body.key.id, undefined);
  assert.deepEqual(
    body.budgets.map(({ name, group, used, limit, unit }: Record<string, unknown>) => [
      name,
      group,
      used,
      limit,
      unit,
    ]),
    [
      [`${gatewayNamespace}/by-expression`, '', 0, 1000, 'tokens'],
      [`${gatewayNamespace}/mine`, 'mike', 250, 1000, 'tokens'],
      ['concurrency', '', 0, 2, 'concurrency'],
    ].sort(),
  );
  assert.equal(body.usage.day.requests, 1);
  assert.equal(body.usage.month.requests, 2);
  assert.ok(!JSON.stringify(body).includes('anna'));
  assert.equal((await admin.call('GET', '/me')).status, 403);
  const secret = await admin.call('GET', '/me', undefined, { authorization: 'Bearer sk-mike-key' });
  assert.equal(secret.body.key.owner, 'mike');
});
