import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../run-program.fixture.ts';

describe('tollgate tokens', () => {
  let world: World;
  const token = { name: 'lead', role: 'owner', team: 'platform', createdAt: '2026-11-25T12:00:00.000Z' };
  before(async () => {
    world = await startWorld();
    const { answers } = world.api;
    answers.set('GET /tokens', () => ({ json: { items: [token] } }));
    answers.set('POST /tokens', () => ({ status: 201, json: { token, value: 'tga_made' } }));
    answers.set('DELETE /tokens/lead', () => ({ status: 204 }));
  });
  after(() => world.close());

  test('list, create and delete', async () => {
    assert.equal(
      (await world.run(['tokens', 'list'])).stdout,
      'NAME  ROLE   TEAM      CREATED\nlead  owner  platform  2026-11-25 12:00 UTC\n',
    );
    const made = await world.run(['tokens', 'create', 'lead', '--role', 'owner', '--team', 'platform']);
    assert.equal(made.stdout, 'tga_made\n');
    assert.match(made.stderr, /owner of platform.*not shown again/);
    assert.deepEqual(world.api.requests.at(-1)?.body, { name: 'lead', role: 'owner', team: 'platform' });
    assert.equal((await world.run(['tokens', 'delete', 'lead', '--yes'])).stdout, 'Token lead is deleted.\n');
    assert.equal((await world.run(['tokens', 'delete', 'lead'])).code, 2);
  });

  test('a team without the role of an owner, or the other way round, is a fault of the command line', async () => {
    for (const flags of [['--role', 'owner'], ['--role', 'viewer', '--team', 'x'], [], ['--role', 'root']])
      assert.equal((await world.run(['tokens', 'create', 'x', ...flags])).code, 2, flags.join(' '));
  });
});
