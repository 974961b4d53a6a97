import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noFigures } from '../../storage/no-figures.ts';
import { momentText, moneyText } from '../output/figures.ts';
import { startWorld, type World } from '../run-program.fixture.ts';

const figures = {
  ...noFigures,
  requests: 3,
  refused: 1,
  inputTokens: 1_000,
  cachedInputTokens: 10,
  outputTokens: 234,
  tokens: 1_234,
  costNano: 1_500_000_000,
};

describe('tollgate usage', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  test('groups, buckets in their zone, a total, and a word on what has no price', async () => {
    const group = { user: 'mike', 'label:team': 'core' };
    const rows = [
      { group, bucketStart: '2026-11-23T23:00:00Z', ...figures },
      {
        group: { user: '', 'label:team': '' },
        bucketStart: '2026-11-24T23:00:00Z',
        ...figures,
        requests: 2_000,
      },
    ];
    const total = { ...figures, requests: 2_003, unpriced: 4 };
    world.api.answers.set('GET /usage', () => ({ json: { rows, total } }));
    const args = ['usage', '--by', 'user,label:team', '--bucket', 'day', '--time-zone', 'Europe/Berlin'];
    const done = await world.run([
      ...args,
      '--from',
      '2026-11-01',
      '--label',
      'team=core',
      '--model',
      'claude-*',
    ]);
    assert.equal(
      done.stdout,
      [
        'USER   TEAM  DAY         REQUESTS  REFUSED  FAILED  INPUT  CACHED  OUTPUT  TOKENS   COST',
        'mike   core  2026-11-24         3        1       0  1,000      10     234   1,234  $1.50',
        '-      -     2026-11-25     2,000        1       0  1,000      10     234   1,234  $1.50',
        'TOTAL  -                    2,003        1       0  1,000      10     234   1,234  $1.50',
        '',
      ].join('\n'),
    );
    assert.match(done.stderr, /4 calls of models without a price/);
    assert.deepEqual(world.api.requests[0]!.query, {
      from: '2026-11-01T00:00:00Z',
      model: 'claude-*',
      'label.team': 'core',
      groupBy: 'user,label:team',
      bucket: 'day',
      timeZone: 'Europe/Berlin',
    });
    const csv = await world.run([...args, '-o', 'csv']);
    assert.deepEqual(csv.stdout.split('\r\n').slice(0, 2), [
      'user,label:team,bucketStart,requests,refused,failed,inputTokens,cachedInputTokens,cachedAudioTokens,cacheWriteTokens,cacheWrite1hTokens,audioInputTokens,imageInputTokens,outputTokens,reasoningTokens,audioOutputTokens,imageOutputTokens,tokens,unpriced,estimated,costUsd',
      'mike,core,2026-11-23T23:00:00Z,3,1,0,1000,10,0,0,0,0,0,234,0,0,0,1234,0,0,1.500000000',
    ]);
  });

  test('--kinds: the kinds of tokens that there are, beside input and output', async () => {
    const spoken = { ...figures, audioInputTokens: 800, audioOutputTokens: 200, estimated: 2 };
    world.api.answers.set('GET /usage', () => ({
      json: { rows: [{ group: { user: 'mike' }, ...spoken }], total: spoken },
    }));
    const done = await world.run(['usage', '--kinds']);
    assert.equal(
      done.stdout,
      [
        'USER  REQUESTS  INPUT  CACHED  AUDIO IN  OUTPUT  AUDIO OUT  TOKENS   COST',
        'mike         3  1,000      10       800     234        200   1,234  $1.50',
        '',
      ].join('\n'),
    );
    assert.match(done.stderr, /Of 2 calls the tokens are an estimate/);
  });
});

test('money and moments', () => {
  for (const [nano, text] of [
    [0, '$0'],
    [1, '$0.000000001'],
    [123_456, '$0.00012'],
    [9_999_999, '$0.01'],
    [10_000_000, '$0.01'],
    [1_234_567_890_000, '$1,234.57'],
    [-2_000_000_000, '-$2.00'],
  ] as const)
    assert.equal(moneyText(nano), text);
  assert.equal(momentText('2026-11-25T07:52:31.5Z'), '2026-11-25 07:52 UTC');
  assert.equal(momentText(0), '1970-01-01 00:00 UTC');
  assert.equal(momentText(undefined), '');
});
