import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

const drift = {
  counter: 'budget|ns/daily|tokens|mike',
  budget: 'ns/daily',
  unit: 'tokens',
  group: 'mike',
  windowStart: '2026-11-25T00:00:00.000Z',
  windowSeconds: 86_400,
  counted: 0,
  entered: 1_200,
};
const table = [
  'BUDGET    GROUP  WINDOW FROM           COUNTED  IN LEDGER  UNIT',
  'ns/daily  mike   2026-11-25 00:00 UTC        0      1,200  tokens',
  '',
].join('\n');

describe('tollgate budgets drift and repair', () => {
  let world: World;
  let items: object[];
  before(async () => {
    world = await startWorld();
    world.api.answers.set('GET /drift', () => ({ json: { items } }));
    world.api.answers.set('POST /drift:repair', ({ body }) => ({
      json: { ...(body as object), repaired: items, skipped: [] },
    }));
  });
  after(() => world.close());
  beforeEach(() => {
    items = [drift];
    world.api.requests.length = 0;
  });
  const repairs = () => world.api.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);

  test('drift lists what differs', async () => {
    assert.equal((await world.run(['budgets', 'drift'])).stdout, table);
    items = [];
    assert.equal((await world.run(['budgets', 'drift'])).stderr, 'Counters and ledger agree.\n');
  });

  test('repair looks first, and changes nothing unless somebody says yes', async () => {
    const asked = await world.run(['budgets', 'repair', '--believe', 'ledger']);
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /--yes/);
    const dry = await world.run(['budgets', 'repair', '--believe', 'ledger', '--dry-run']);
    assert.equal(dry.stdout, table);
    assert.ok(repairs().every((body) => (body as { dryRun: boolean }).dryRun));
    const done = await world.run(['budgets', 'repair', '--believe', 'counters', '--yes']);
    assert.equal(done.stdout, table);
    assert.match(done.stderr, /1 changed: --believe counters/);
    assert.deepEqual(repairs().at(-1), { believe: 'counters', dryRun: false });
    assert.equal((await world.run(['budgets', 'repair'])).code, 2);
  });
});
