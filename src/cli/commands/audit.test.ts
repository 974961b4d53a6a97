import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const entry = (id: number) => ({
  id: String(id),
  time: '2026-11-25T12:00:00.000Z',
  actor: 'kubeconfig (kubectl)',
  role: 'admin',
  action: 'update',
  object: 'Budget/ns/daily',
  changes: [
    { field: 'spec.limit.tokens', from: 10, to: 20 },
    { field: 'spec.groupBy', to: ['a'] },
    { field: 'spec.window.timeZone', from: 'UTC' },
    { field: 'spec.enforcement', to: 'Hard' },
  ],
});

describe('tollgate audit', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    world.api.answers.set('GET /audit', ({ query }) => ({
      json: query['before'] === undefined ? { items: [entry(2)], next: '2' } : { items: [entry(1)] },
    }));
  });
  after(() => world.close());

  test('changes are told in a line, the first few', async () => {
    const done = await world.run(['audit', '--object', 'Budget/', '--actor', 'kubeconfig', '--limit', '1']);
    assert.equal(
      done.stdout.split('\n')[1],
      '2026-11-25 12:00:00  kubeconfig (kubectl)  admin  update  Budget/ns/daily  spec.limit.tokens: 10 → 20, spec.groupBy: ["a"], spec.window.timeZone: UTC → none, 1 more',
    );
    assert.deepEqual(world.api.requests.at(-1)?.query, {
      object: 'Budget/',
      actor: 'kubeconfig',
      limit: '1',
    });
  });

  test('all pages are read where all are asked for', async () => {
    const done = await world.run(['audit', '--limit', '0', '-o', 'json']);
    assert.deepEqual(JSON.parse(done.stdout), [entry(2), entry(1)]);
    assert.equal(world.api.requests.at(-1)?.query['before'], '2');
  });
});
