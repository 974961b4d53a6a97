import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { noUsage } from '../../core/llm/usage.ts';
import type { RequestRecord } from '../../core/record.ts';
import { startWorld, type World } from '../run-program.fixture.ts';
import { eventData } from '../sse-data.ts';

function call(n: number, fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: `call-${n}`,
    startedAtMs: Date.UTC(2026, 10, 25, 7, 0, n),
    durationMs: 1_200,
    bind: '8080',
    sourceAddress: '127.0.0.1',
    method: 'POST',
    host: 'x',
    path: '/v1/chat/completions',
    httpVersion: '1.1',
    status: 200,
    protocol: 'llm',
    key: { id: 'VirtualKey/ns/mike', user: 'mike', metadata: {}, labels: { team: 'core' } },
    decisions: [],
    responseBytes: 10,
    ...fields,
  };
}

describe('tollgate logs', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(() => {
    world.api.requests.length = 0;
    world.api.answers.clear();
  });
  const refused = call(2, { status: 429, reason: 'Budget', decisions: ['budget ns/daily: over'] });
  const listCalls = () => ({ json: { items: [refused, call(1)] } });

  test('oldest first, a refusal with its reason; every form', async () => {
    world.api.answers.set('GET /calls', listCalls);
    const done = await world.run(['logs', '--user', 'mike', '--outcome', 'refused', '--limit', '2']);
    const lines = done.stdout.split('\n');
    assert.match(lines[0]!, /^TIME \(UTC\) +ID +STATUS/);
    assert.match(lines[1]!, /^2026-11-25 07:00:01 +call-1 +200 +mike +VirtualKey\/ns\/mike/);
    assert.match(lines[2]!, /call-2 +429 .* Budget; budget ns\/daily: over$/);
    assert.deepEqual(world.api.requests[0]!.query, { user: 'mike', outcome: 'refused', limit: '2' });
    const json = await world.run(['logs', '-o', 'json']);
    assert.deepEqual(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
      ['call-1', 'call-2'],
    );
    const yaml = await world.run(['logs', '-o', 'yaml']);
    assert.equal([parseAllDocuments(yaml.stdout)].flat().length, 2);
    const csv = await world.run(['logs', '-o', 'csv']);
    assert.match(csv.stdout.split('\r\n')[1]!, /^2026-11-25T07:00:01\.000Z,call-1,200,mike,/);
    const heard = { ...noUsage, inputTokens: 90, media: { audioInput: 70 } };
    const spoken = call(3, {
      llm: { operation: 'chat', provider: 'openai', streaming: false, usage: heard },
      reason: 'Upstream',
    });
    world.api.answers.set('GET /calls', () => ({ json: { items: [spoken] } }));
    const [head = '', row = ''] = (await world.run(['logs', '-o', 'csv'])).stdout.split('\r\n');
    assert.equal(row.split(',')[head.split(',').indexOf('audioInputTokens')], '70');
  });

  test('goes through pages until it has enough', async () => {
    world.api.answers.set('GET /calls', ({ query }) => {
      const from = query['before'] === undefined ? 0 : 1_000;
      const items = Array.from({ length: Number(query['limit']) }, (_, i) => call(from + i));
      return { json: { items, next: `call-${from}` } };
    });
    const done = await world.run(['logs', '--limit', '1500', '-o', 'json']);
    assert.equal(done.stdout.trim().split('\n').length, 1_500);
    assert.deepEqual(
      world.api.requests.map(({ query }) => query['limit']),
      ['1000', '500'],
    );
  });

  test('-f: the latest, then what comes, each once, through a lost connection, with the filters', async () => {
    world.api.answers.set('GET /calls', listCalls);
    let connections = 0;
    world.api.answers.set('GET /calls/tail', () => {
      connections++;
      if (connections === 1) return { events: [refused, call(3), call(4, { key: undefined })] };
      if (connections === 2) return { events: [call(3), call(5)] };
      return { status: 403, json: { error: { code: 'role', message: 'no more' } } };
    });
    const done = await world.run(['logs', '-f', '--user', 'mike', '-o', 'json']);
    assert.equal(done.code, 4, done.stderr);
    const ids = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    assert.deepEqual(ids, ['call-1', 'call-2', 'call-3', 'call-5']);
    assert.match(done.stderr, /connecting again/);
  });

  test('-f without a gateway ends at once', async () => {
    const done = await world.run(['logs', '-f', '--admin', 'http://127.0.0.1:9']);
    assert.equal(done.code, 3);
  });
});

test('server-sent events in whatever pieces they come', async () => {
  const bytes = new TextEncoder().encode(
    ': hello\n\ndata: {"a":"é"}\n\nevent: x\r\ndata: {"b":\r\ndata: 1}\r\n\r\ndata: {"cut"',
  );
  for (const size of [1, 3, 1_000]) {
    async function* pieces() {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    }
    const events: unknown[] = [];
    for await (const event of eventData(pieces())) events.push(event);
    assert.deepEqual(events, [{ a: 'é' }, { b: 1 }], String(size));
  }
});
