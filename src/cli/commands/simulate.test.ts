import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const result = {
  calls: 1_200,
  refused: 30,
  refusedBecause: { budget_exceeded: 30 },
  groups: 1,
  refusedByGroup: [{ group: 'mike', refused: 30, firstAt: '2026-11-24T09:30:00.000Z' }],
  shortened: 2,
  switched: 0,
  costNanoSaved: 1_500_000_000,
  tokensSaved: 90_000,
  unit: 'usd',
  peak: { group: 'mike', used: '24.99', limit: '25.00', at: '2026-11-24T09:29:00.000Z' },
};
const budget = `apiVersion: tollgate.dev/v1alpha1
kind: Budget
metadata: {name: daily, namespace: ns}
spec: {limit: {usd: "25.00"}, window: {calendar: Day}}
`;

describe('tollgate simulate', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    world.api.answers.set('POST /budgets:simulate', () => ({
      events: [{ progress: 0.5 }, { progress: 1 }, { result }],
    }));
  });
  after(() => world.close());

  test('who would have been refused, and what it would have saved', async () => {
    const file = world.file('budget.yaml', budget);
    const done = await world.run(['simulate', '-f', file, '--from', '2026-11-01', '--to', '2026-11-25']);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(
      done.stdout,
      [
        'Budget     daily',
        'Calls      1,200',
        'Refused    30 (3%): 30 budget_exceeded',
        'Shortened  2',
        'Saved      $1.50, 90,000 tokens',
        'Peak       $24.99 of $25.00 (mike), 2026-11-24 09:29 UTC',
        'GROUP  REFUSED  FIRST',
        'mike        30  2026-11-24 09:30 UTC',
        '',
      ].join('\n'),
    );
    // No terminal: no bar.
    assert.equal(done.stderr, '');
    const { query, body } = world.api.requests.at(-1)!;
    assert.deepEqual(query, { progress: 'true' });
    assert.deepEqual(body, {
      namespace: 'ns',
      name: 'daily',
      spec: { limit: { usd: '25.00' }, window: { calendar: 'Day' } },
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-25T00:00:00Z',
    });
  });

  test('JSON has everything; several budgets are a list', async () => {
    const one = await world.run(['simulate', '-f', world.file('one.yaml', budget), '-o', 'json']);
    assert.deepEqual(JSON.parse(one.stdout), { name: 'daily', ...result });
    const two = await world.run(['simulate', '-f', '-', '-o', 'json'], { stdin: `${budget}---\n${budget}` });
    assert.equal(JSON.parse(two.stdout).length, 2);
  });

  test('a file without a Budget, and an answer that breaks off, are failures', async () => {
    assert.equal((await world.run(['simulate', '-f', world.file('none.yaml', 'kind: Secret')])).code, 1);
    assert.equal((await world.run(['simulate'])).code, 2);
    world.api.answers.set('POST /budgets:simulate', () => ({ events: [{ progress: 0.5 }] }));
    const done = await world.run(['simulate', '-f', world.file('budget.yaml', budget)]);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /broke the simulation off/);
  });
});
