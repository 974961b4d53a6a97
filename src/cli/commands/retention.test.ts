import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const kept = {
  days: 90,
  setBy: 'configMap',
  configMap: 'ns/tollgate-retention',
  editable: true,
  calls: 12_345,
  bytes: 9_876_543,
  oldest: '2026-09-01T00:00:00.000Z',
  lastCleaning: { at: '2026-11-25T03:00:00.000Z', dropped: 17 },
  nextCleaning: '2026-11-26T03:00:00.000Z',
};

describe('tollgate retention', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    const { answers } = world.api;
    answers.set('GET /retention', ({ query }) => ({
      json: { ...kept, ...(query['days'] && { wouldDelete: Number(query['days']) < 60 ? 4_000 : 0 }) },
    }));
    answers.set('PUT /retention', ({ body }) => {
      const { days } = body as { days: number | null };
      const { days: _, ...others } = kept;
      return { json: { ...others, ...(days !== null && { days }) } };
    });
  });
  after(() => world.close());

  test('show, and what other days would delete', async () => {
    assert.equal(
      (await world.run(['retention', 'show', '--days', '30'])).stdout,
      [
        'kept           90 days',
        'set by         ConfigMap ns/tollgate-retention',
        'calls          12,345',
        'bytes          9,876,543',
        'oldest         2026-09-01 00:00 UTC',
        'last cleaning  2026-11-25 03:00 UTC, 17 calls deleted',
        'next cleaning  2026-11-26 03:00 UTC',
        'would delete   4,000 calls',
        '',
      ].join('\n'),
    );
    assert.deepEqual(JSON.parse((await world.run(['retention', 'show', '-o', 'json'])).stdout), kept);
    assert.equal(
      (await world.run(['retention', 'show', '-o', 'csv'])).stdout,
      'days,setBy,configMap,calls,bytes,oldest,nextCleaning,wouldDelete\r\n' +
        '90,configMap,ns/tollgate-retention,12345,9876543,2026-09-01T00:00:00.000Z,2026-11-26T03:00:00.000Z,\r\n',
    );
  });

  test('set: asks only where something would be deleted; forever; nonsense is not sent', async () => {
    const longer = await world.run(['retention', 'set', '365']);
    assert.match(longer.stdout, /^kept +365 days$/m);
    const shorter = await world.run(['retention', 'set', '30']);
    assert.equal(shorter.code, 2);
    assert.equal(world.api.requests.at(-1)?.method, 'GET', 'nothing was changed');
    const sure = await world.run(['retention', 'set', '30', '--yes', '-o', 'yaml']);
    assert.match(sure.stdout, /^days: 30$/m);
    const forever = await world.run(['retention', 'set', 'forever']);
    assert.match(forever.stdout, /^kept +for good$/m);
    assert.deepEqual(world.api.requests.at(-1)?.body, { days: null });
    for (const days of ['0', '-1', 'soon', '36501', '1.5'])
      assert.equal((await world.run(['retention', 'set', days])).code, 2, days);
  });

  test('what the gateway is started with is not changed from here', async () => {
    world.api.answers.set('GET /retention', () => ({ json: { ...kept, setBy: 'flag', editable: false } }));
    const done = await world.run(['retention', 'set', '365']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /--ledger-days/);
  });
});
