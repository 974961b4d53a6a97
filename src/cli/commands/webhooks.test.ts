import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const finance = {
  namespace: 'ns',
  name: 'finance',
  origin: 'https://hooks.example.com',
  format: 'slack',
  signed: true,
  budgets: [{ name: 'daily', atPercent: [80, 100] }],
  lastDelivered: { at: '2026-11-25T12:00:00.000Z', budget: 'ns/daily' },
};
const broken = {
  namespace: 'ns',
  name: 'broken',
  signed: false,
  fault: 'there is no such Secret',
  budgets: [],
};

describe('tollgate webhooks', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    const { answers } = world.api;
    const items = [finance, broken, { ...broken, namespace: 'other' }];
    answers.set('GET /webhooks', () => ({ json: { items } }));
    answers.set('POST /webhooks/ns/finance/test', () => ({
      json: { delivered: true, status: 204, durationMs: 12 },
    }));
    answers.set('POST /webhooks/ns/broken/test', () => ({
      json: { delivered: false, fault: 'there is no such Secret', durationMs: 0 },
    }));
  });
  after(() => world.close());

  test('list: where to, for which budgets, how it went', async () => {
    const lines = (await world.run(['webhooks', 'list'])).stdout.split('\n');
    assert.match(lines[0]!, /^NAME +TO +FORMAT +SIGNED +BUDGETS +DELIVERED +FAILED +FAULT$/);
    assert.match(
      lines[1]!,
      /^ns\/finance +https:\/\/hooks.example.com +slack +yes +daily at 80, 100 % +2026-11-25 12:00 UTC +- +-$/,
    );
    assert.match(lines[2]!, /^ns\/broken .* there is no such Secret$/);
    const yaml = await world.run(['webhooks', 'list', '-o', 'yaml']);
    assert.match(yaml.stdout, /^- namespace: ns\n {2}name: finance\n/);
  });

  test('test: what the receiver did; not taken is a failure; a name that two have must be said in full', async () => {
    const done = await world.run(['webhooks', 'test', 'finance']);
    assert.equal(done.stdout, 'NAME        DELIVERED  STATUS  MS\nns/finance  yes        204     12\n');
    const failed = await world.run(['webhooks', 'test', 'ns/broken', '-o', 'json']);
    assert.deepEqual(JSON.parse(failed.stdout), {
      namespace: 'ns',
      name: 'broken',
      delivered: false,
      fault: 'there is no such Secret',
      durationMs: 0,
    });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /not taken: there is no such Secret/);
    const csv = await world.run(['webhooks', 'test', 'broken', '-n', 'ns', '-o', 'csv']);
    assert.equal(csv.stdout, 'name,delivered,status,durationMs\r\nns/broken,false,,0\r\n');
    assert.match((await world.run(['webhooks', 'test', 'broken'])).stderr, /ns\/broken, other\/broken/);
    assert.equal((await world.run(['webhooks', 'test', 'nobody'])).code, 1);
  });
});
